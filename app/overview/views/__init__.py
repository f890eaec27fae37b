"""Pages that look across rooms: start pages, progress, and those of translators and authors."""

from app.overview.views.frame import blueprint

from app.overview.views import authoring, exporting, pages, translating  # isort: skip  # they add routes

__all__ = ["authoring", "blueprint", "exporting", "pages", "translating"]
