"""The rules of learning: enrolling, lessons, assessments, and what pages show of them."""

from app.learning.services.attempts import (
    attempt_of,
    release_attempt,
    save_answer,
    start_attempt,
    submit_attempt,
)
from app.learning.services.changes import (
    Change,
    CorrectionDraft,
    Effect,
    Preview,
    preview_correction,
)
from app.learning.services.corrections import corrected_today, corrections_of
from app.learning.services.enrolling import enroll, enroll_all, enrollment_of
from app.learning.services.extending import (
    LONGEST_EXTENSION,
    Wish,
    extend_due,
    extensions_in,
    take_back_extension,
)
from app.learning.services.history import LearningAct, history_of
from app.learning.services.items import (
    ALL_TIME,
    Analysis,
    ItemFigures,
    analysis_of,
    ask_analysis,
    bands_of,
    count_analysis,
    figures_of,
    item_figures,
    label_figures,
    share_of,
    store_analysis,
)
from app.learning.services.lessons import record_completion
from app.learning.services.listing import (
    enrolled_courses,
    enrolled_in,
    export_learning,
    lessons_by_day,
)
from app.learning.services.merging import MERGE_MOVES, MERGE_STAYS, count_records, merge_people
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
from app.learning.services.provisional import provisional_passes, tell_practical
from app.learning.services.questions import QuestionPage, ReviewPage, question_page, review_page
from app.learning.services.reading import Reading, reading_of
from app.learning.services.records import attempts_state, releases_in
from app.learning.services.regrading import changes_by, correct_item, correction_of
from app.learning.services.reports import decline_report, open_reports, report_question
from app.learning.services.responses import is_complete, normalise
from app.learning.services.results import ResultPage, key_of, result_page, shown
from app.learning.services.variants import Variant, variants_of
from app.learning.services.waiving import lessons_met, take_back_waivers, waive_lessons, waivers_in

__all__ = [
    "ALL_TIME",
    "LONGEST_EXTENSION",
    "MERGE_MOVES",
    "MERGE_STAYS",
    "Analysis",
    "Change",
    "CorrectionDraft",
    "CoursePage",
    "Effect",
    "ItemFigures",
    "LearningAct",
    "LessonPage",
    "NextStep",
    "Preview",
    "ProgrammePage",
    "QuestionPage",
    "Reading",
    "ResultPage",
    "ReviewPage",
    "Variant",
    "Wish",
    "analysis_of",
    "ask_analysis",
    "attempt_of",
    "attempts_state",
    "bands_of",
    "changes_by",
    "correct_item",
    "corrected_today",
    "correction_of",
    "corrections_of",
    "count_analysis",
    "count_records",
    "course_page",
    "decline_report",
    "enroll",
    "enroll_all",
    "enrolled_courses",
    "enrolled_in",
    "enrollment_of",
    "export_learning",
    "extend_due",
    "extensions_in",
    "figures_of",
    "has_open_attempt",
    "history_of",
    "is_complete",
    "item_figures",
    "key_of",
    "label_figures",
    "languages_used",
    "lesson_page",
    "lessons_by_day",
    "lessons_met",
    "merge_people",
    "normalise",
    "open_reports",
    "preview_correction",
    "programme_page",
    "progress_in",
    "progress_of",
    "provisional_passes",
    "question_page",
    "reading_of",
    "record_completion",
    "release_attempt",
    "releases_in",
    "report_question",
    "result_page",
    "review_page",
    "save_answer",
    "share_of",
    "shown",
    "start_attempt",
    "store_analysis",
    "submit_attempt",
    "take_back_extension",
    "take_back_waivers",
    "tell_practical",
    "variants_of",
    "waive_lessons",
    "waivers_in",
]
