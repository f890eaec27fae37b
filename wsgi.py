"""The server's entry."""

from app import create_app
from app.core.serving import served

app = served(create_app)
