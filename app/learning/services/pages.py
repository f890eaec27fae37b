"""What the programme's, a course's and a lesson's page show to one person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.courses.library import CourseOutline, LessonOutline, lesson_outlines, library
from app.courses.rendering import article
from app.courses.types import Assessment, Course, CourseWords, Minutes, ReviewState
from app.learning.services.enrolling import locked_by, require_open, titles_of
from app.learning.services.reading import Reading, reading_of, readings_of
from app.learning.services.records import Record, record_of, state_in
from app.learning.types import AttemptsState, CourseStatus, StepKind

#: What is most worth doing first when several courses are open.
_URGENT = (
    StepKind.CONTINUE_ATTEMPT,
    StepKind.READ_LESSON,
    StepKind.START_ASSESSMENT,
    StepKind.ASK_RELEASE,
    StepKind.WAIT,
    StepKind.PRACTISE,
    StepKind.ASK_ENROLLMENT,
)


@dataclass(frozen=True, slots=True)
class NextStep:
    """The one thing to do next, and where."""

    kind: StepKind
    slug: str
    course_title: str
    lesson_key: str = ""
    lesson_title: str = ""
    attempt_key: str = ""
    opens_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ProgrammeEntry:
    """A course as the programme's page shows it to one person."""

    outline: CourseOutline
    minutes: Minutes
    status: CourseStatus
    needs: tuple[tuple[str, bool], ...]  # title, and whether the course is there already
    missing: tuple[str, ...]  # titles of what locks it
    lessons_done: int
    step: NextStep | None
    review: ReviewState | None  # of the language she would read; None without content


@dataclass(frozen=True, slots=True)
class ProgrammePage:
    """The programme for one person; `step` is None for staff."""

    title: str
    entries: tuple[ProgrammeEntry, ...]
    step: NextStep | None
    open_attempt: str | None


@dataclass(frozen=True, slots=True)
class LessonLine:
    """A lesson in the course's list."""

    outline: LessonOutline
    is_done: bool
    is_waived: bool = False


@dataclass(frozen=True, slots=True)
class CoursePage:
    """A course for one person; `state` and `step` are None for staff."""

    slug: str
    words: CourseWords
    language: str  # of the words: the reader's, if the course has it and it is open
    is_withheld: bool  # whether the reader's language is there but not open
    offered: tuple[str, ...]
    review: ReviewState
    minutes: Minutes
    size: int
    assessment: Assessment
    lessons: tuple[LessonLine, ...]
    objectives: tuple[str, ...]
    status: CourseStatus
    missing: tuple[str, ...]
    state: AttemptsState | None
    step: NextStep | None

    @property
    def lessons_done(self) -> int:
        """How many lessons are completed."""
        return sum(line.is_done for line in self.lessons)

    @property
    def lessons_met(self) -> int:
        """How many lessons are completed or waived."""
        return sum(line.is_done or line.is_waived for line in self.lessons)

    @property
    def is_readable(self) -> bool:
        """Whether the person may open the lessons."""
        return self.status in {CourseStatus.OPEN, CourseStatus.PASSED}


@dataclass(frozen=True, slots=True)
class LessonPage:
    """A lesson: words that are the same for everyone, and beside them what is personal."""

    slug: str
    course_title: str
    key: str
    title: str
    article: str
    language: str
    is_withheld: bool
    offered: tuple[str, ...]
    review: ReviewState
    second: str | None
    second_review: ReviewState | None
    languages: tuple[str, ...]
    number: int
    total: int
    is_done: bool
    records: bool  # whether the person's progress is kept: trainees only
    previous: str | None
    following: str | None
    step: NextStep | None


def programme_page(
    db: Session, user: User, language: str, at: datetime, *, require_review: bool = False
) -> ProgrammePage:
    """The programme as this person sees it."""
    record = None if user.is_staff else record_of(db, user, at)
    outlines = library().outlines(language)
    titles = {
        each.slug: each.course.titles(language).short_title if each.course else each.title
        for each in outlines
    }
    readings = readings_of(db, user, library().courses, require_review=require_review)
    entries = tuple(
        _entry(each, readings.get(each.slug), record, titles, language, at) for each in outlines
    )
    steps = [entry.step for entry in entries if entry.step]
    return ProgrammePage(
        title=library().programme.title[language],
        entries=entries,
        step=min(steps, key=lambda step: _URGENT.index(step.kind), default=None),
        open_attempt=next((s.attempt_key for s in steps if s.attempt_key), None),
    )


def _entry(
    outline: CourseOutline,
    reading: Reading | None,
    record: Record | None,
    titles: dict[str, str],
    language: str,
    at: datetime,
) -> ProgrammeEntry:
    course = outline.course
    missing = titles_of(locked_by(course, record), language) if course and record else ()
    status = status_of(reading, record)
    has_step = status not in {CourseStatus.LOCKED, CourseStatus.NOT_OPEN}
    return ProgrammeEntry(
        outline=outline,
        minutes=course.minutes if course else outline.planned.minutes,
        status=status,
        needs=tuple(
            (titles[slug], library().has_course(slug))
            for slug in outline.planned.needs
            if slug in titles
        ),
        missing=missing,
        lessons_done=lessons_done(course, record),
        step=next_step(course, record, language, at) if course and record and has_step else None,
        review=reading.state(reading.shown(language)) if reading else None,
    )


def status_of(reading: Reading | None, record: Record | None) -> CourseStatus:
    """How a course stands for a person; staff (no record) may open all that is there."""
    if reading is None:
        return CourseStatus.IN_PREPARATION
    course = reading.course
    if record is None:
        return CourseStatus.OPEN
    if not reading.is_open:
        return CourseStatus.NOT_OPEN
    if course.slug not in record.enrollments:
        return CourseStatus.NOT_ENROLLED
    if locked_by(course, record):
        return CourseStatus.LOCKED
    return CourseStatus.PASSED if record.passed_at(course.slug) else CourseStatus.OPEN


def lessons_done(course: Course | None, record: Record | None) -> int:
    """How many lessons of today's edition the person has completed, or need not do."""
    if course is None or record is None:
        return 0
    return sum(lesson.key in record.met(course.slug) for lesson in course.lessons)


def next_step(course: Course, record: Record, language: str, at: datetime) -> NextStep:
    """The one thing to do next in a course that is not locked."""
    slug, title = course.slug, course.title(language)
    if slug not in record.enrollments:
        return NextStep(StepKind.ASK_ENROLLMENT, slug, title)
    state = state_in(record, slug, course.assessment, at)
    if state.open_key:
        return NextStep(StepKind.CONTINUE_ATTEMPT, slug, title, attempt_key=state.open_key)
    for lesson in course.lessons:
        if lesson.key not in record.met(slug):
            lesson_title = course.titles(language).lessons[lesson.key].title
            return NextStep(StepKind.READ_LESSON, slug, title, lesson.key, lesson_title)
    return NextStep(_assessment_step(state), slug, title, opens_at=state.opens_at)


def _assessment_step(state: AttemptsState) -> StepKind:
    if state.passed_at:
        return StepKind.PRACTISE
    if state.needs_release:
        return StepKind.ASK_RELEASE
    return StepKind.WAIT if state.opens_at else StepKind.START_ASSESSMENT


def course_page(
    db: Session,
    user: User,
    slug: str,
    language: str,
    at: datetime,
    *,
    require_review: bool = False,
) -> CoursePage:
    """A course as this person sees it. Raises UnknownCourse."""
    course = library().course(slug)
    record = None if user.is_staff else record_of(db, user, at, deadlines=True)
    reading = reading_of(db, user, course, require_review=require_review)
    status = status_of(reading, record)
    code = reading.shown(language)
    words = course.titles(code)
    done = record.done(slug) if record else frozenset()
    met = record.met(slug) if record else frozenset()
    outlines = lesson_outlines(course, code)
    open_now = status in {CourseStatus.OPEN, CourseStatus.PASSED}
    return CoursePage(
        slug=slug,
        words=words,
        language=code,
        is_withheld=reading.is_withheld(language),
        offered=reading.offered(language),
        review=reading.state(code),
        minutes=course.minutes,
        size=sum(each.size for each in outlines),
        assessment=course.assessment,
        lessons=tuple(
            LessonLine(each, each.key in done, each.key in met - done) for each in outlines
        ),
        objectives=tuple(words.objectives[key] for key in course.structure.objectives),
        status=status,
        missing=titles_of(locked_by(course, record), language) if record else (),
        state=state_in(record, slug, course.assessment, at) if record and open_now else None,
        step=next_step(course, record, code, at) if record and open_now else None,
    )


def lesson_page(
    db: Session,
    user: User,
    slug: str,
    key: str,
    language: str,
    second: str | None,
    at: datetime,
    *,
    require_review: bool = False,
) -> LessonPage:
    """A lesson for one person.

    Raises UnknownCourse, UnknownLesson, NotEnrolled, CourseLocked, NotOpenYet.
    """
    course = library().course(slug)
    lesson = course.lesson(key)
    record = None if user.is_staff else record_of(db, user, at)
    if record is not None:
        require_open(course, record, language)
    reading = reading_of(db, user, course, require_review=require_review)
    code = reading.require(language)
    twin = second if second != code and second in reading.languages else None
    keys = [each.key for each in course.lessons]
    index = keys.index(lesson.key)
    words = course.titles(code)
    return LessonPage(
        slug=slug,
        course_title=words.short_title,
        key=key,
        title=words.lessons[key].title,
        article=article(course, key, code, twin).html,
        language=code,
        is_withheld=reading.is_withheld(language),
        offered=reading.offered(language),
        review=reading.state(code),
        second=twin,
        second_review=reading.state(twin) if twin else None,
        languages=tuple(each for each in reading.languages if each != code),
        number=index + 1,
        total=len(keys),
        is_done=record is not None and key in record.done(slug),
        records=record is not None,
        previous=keys[index - 1] if index else None,
        following=keys[index + 1] if index + 1 < len(keys) else None,
        step=next_step(course, record, code, at) if record else None,
    )
