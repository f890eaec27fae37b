"""The rules of learning: enrolling, lessons, assessments, and what pages show of them."""

from app.learning.services.attempts import (
    attempt_of,
    release_attempt,
    save_answer,
    start_attempt,
    submit_attempt,
)
from app.learning.services.enrolling import enroll, enrollment_of
from app.learning.services.lessons import record_completion
from app.learning.services.listing import (
    courses_to_release,
    enrolled_courses,
    enrolled_in,
    export_learning,
)
from app.learning.services.pages import (
    CoursePage,
    LessonPage,
    NextStep,
    ProgrammePage,
    course_page,
    lesson_page,
    programme_page,
)
from app.learning.services.progress import has_open_attempt, languages_used, progress_of
from app.learning.services.provisional import provisional_passes, tell_practical
from app.learning.services.questions import QuestionPage, ReviewPage, question_page, review_page
from app.learning.services.reading import Reading, reading_of
from app.learning.services.responses import is_complete, normalise
from app.learning.services.results import ResultPage, result_page

__all__ = [
    "CoursePage",
    "LessonPage",
    "NextStep",
    "ProgrammePage",
    "QuestionPage",
    "Reading",
    "ResultPage",
    "ReviewPage",
    "attempt_of",
    "course_page",
    "courses_to_release",
    "enroll",
    "enrolled_courses",
    "enrolled_in",
    "enrollment_of",
    "export_learning",
    "has_open_attempt",
    "is_complete",
    "languages_used",
    "lesson_page",
    "normalise",
    "programme_page",
    "progress_of",
    "provisional_passes",
    "question_page",
    "reading_of",
    "record_completion",
    "release_attempt",
    "result_page",
    "review_page",
    "save_answer",
    "start_attempt",
    "submit_attempt",
    "tell_practical",
]
