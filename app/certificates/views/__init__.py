"""Pages of certificates: readiness, issuing, the office's list, one's own, and verification."""

from app.certificates.views import issuing, office, own  # noqa: F401 (they add their routes)
from app.certificates.views.frame import blueprint
from app.certificates.views.public import plain

__all__ = ["blueprint", "plain"]
