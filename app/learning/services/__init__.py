"""The rules of learning: enrolling, lessons, assessments, and what pages show of them."""

from app.learning.services.attempts import (
    attempt_of,
    release_attempt,
    save_answer,
    start_attempt,
    submit_attempt,
)
from app.learning.services.enrolling import enroll, enroll_all, enrollment_of
from app.learning.services.extending import (
    LONGEST_EXTENSION,
    Wish,
    extend_due,
    extensions_in,
    take_back_extension,
)
from app.learning.services.history import LearningAct, history_of
from app.learning.services.lessons import record_completion
from app.learning.services.listing import (
    enrolled_courses,
    enrolled_in,
    export_learning,
    lessons_by_day,
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
from app.learning.services.progress import (
    has_open_attempt,
    languages_used,
    progress_in,
    progress_of,
)
from app.learning.services.questions import QuestionPage, ReviewPage, question_page, review_page
from app.learning.services.reading import Reading, reading_of
from app.learning.services.records import attempts_state, releases_in
from app.learning.services.responses import is_complete, normalise
from app.learning.services.results import ResultPage, result_page
from app.learning.services.waiving import (
    lessons_met,
    take_back_waivers,
    waive_lessons,
    waivers_in,
)

__all__ = [
    "LONGEST_EXTENSION",
    "CoursePage",
    "LearningAct",
    "LessonPage",
    "NextStep",
    "ProgrammePage",
    "QuestionPage",
    "Reading",
    "ResultPage",
    "ReviewPage",
    "Wish",
    "attempt_of",
    "attempts_state",
    "course_page",
    "enroll",
    "enroll_all",
    "enrolled_courses",
    "enrolled_in",
    "enrollment_of",
    "export_learning",
    "extend_due",
    "extensions_in",
    "has_open_attempt",
    "history_of",
    "is_complete",
    "languages_used",
    "lesson_page",
    "lessons_by_day",
    "lessons_met",
    "normalise",
    "programme_page",
    "progress_in",
    "progress_of",
    "question_page",
    "reading_of",
    "record_completion",
    "release_attempt",
    "releases_in",
    "result_page",
    "review_page",
    "save_answer",
    "start_attempt",
    "submit_attempt",
    "take_back_extension",
    "take_back_waivers",
    "waive_lessons",
    "waivers_in",
]
