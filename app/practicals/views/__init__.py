"""The pages of in-person training: grade a skill sheet, look, acknowledge, correct, settle."""

from app.practicals.views.frame import blueprint

from app.practicals.views import correcting, deadlines, grading, looking, seconding  # isort: skip  # they add routes

__all__ = ["blueprint", "correcting", "deadlines", "grading", "looking", "seconding"]
