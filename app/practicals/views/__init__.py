"""The pages of in-person training: grade a skill sheet, look, acknowledge, correct."""

from app.practicals.views.frame import blueprint

from app.practicals.views import correcting, grading, looking  # isort: skip  # they add routes

__all__ = ["blueprint", "correcting", "grading", "looking"]
