"""Pages of certificates: readiness, issuing, the office's list, one's own, and verification."""

from app.certificates.views import (  # noqa: F401 (they add their routes)
    checking,
    correcting,
    credentials,
    desk,
    faults,
    file_check,
    issuing,
    letters,
    missing,
    office,
    own,
    printers,
    renewing,
    returning,
    sheets,
    template_pictures,
    templates,
)
from app.certificates.views.frame import blueprint
from app.certificates.views.public import plain

__all__ = ["blueprint", "plain"]
