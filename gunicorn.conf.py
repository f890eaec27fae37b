"""gunicorn's settings, read by itself when it is started in this folder."""

import os

# Workers share what was loaded before they began, and a refused start is one sentence instead of
# each worker's. In development --reload has to load the code again.
preload_app = os.environ.get("KAPOK_ENV") == "production"
