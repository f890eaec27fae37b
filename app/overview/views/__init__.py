"""Pages that look across rooms: start pages, progress, and those of translators and authors."""

from app.overview.views.frame import blueprint

from app.overview.views import (  # isort: skip  # they add their routes
    authoring,
    charts,
    correcting,
    easing,
    exporting,
    following,
    items,
    merging,
    pages,
    summary,
    translating,
    words,
)

__all__ = [
    "authoring",
    "blueprint",
    "charts",
    "correcting",
    "easing",
    "exporting",
    "following",
    "items",
    "merging",
    "pages",
    "summary",
    "translating",
    "words",
]
