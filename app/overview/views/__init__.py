"""Pages that look across rooms: start pages, progress, and those of translators and authors."""

from app.overview.views.frame import blueprint

from app.overview.views import authoring, merging, pages, translating  # isort: skip  # they add their routes

__all__ = ["authoring", "blueprint", "merging", "pages", "translating"]
