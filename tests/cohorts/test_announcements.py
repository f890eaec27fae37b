"""Announcements: written once, read in the reader's language, never anybody else's."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.cohorts import services
from app.cohorts.models import Announcement, AnnouncementReading, Cohort
from app.cohorts.types import AnnouncementDraft, Words
from app.cohorts.views.frame import linked
from app.core.errors import EventConflict, NotFound
from app.core.events import new_event_id
from tests.factories import AT, make_cohort, make_instructor, make_trainee

DRAFT = AnnouncementDraft(
    "lo",
    {"lo": Words("ເຝິກວັນເສົາ", "ພົບກັນ 8 ໂມງ.\n\nເອົານ້ຳມານຳ."), "en": Words("Saturday", "At 8.")},
)


@pytest.fixture
def instructor(db: Session) -> User:
    """Who writes."""
    return make_instructor(db)


@pytest.fixture
def trainee(db: Session) -> User:
    """Who reads."""
    return make_trainee(db)


@pytest.fixture
def cohort(db: Session, instructor: User, trainee: User) -> Cohort:
    """Their cohort."""
    return make_cohort(db, instructor, trainee)


@pytest.fixture
def told(db: Session, cohort: Cohort, instructor: User) -> Announcement:
    """What it was told."""
    return services.announce(db, cohort, DRAFT, new_event_id(), instructor, AT)


def test_one_form_sent_twice_tells_once(db: Session, cohort: Cohort, instructor: User) -> None:
    event = new_event_id()
    first, again = (
        services.announce(db, cohort, DRAFT, event, instructor, AT) for _double_tap in range(2)
    )
    assert first is again
    other = AnnouncementDraft("en", {"en": Words("Sunday", "At 9.")})
    with pytest.raises(EventConflict):
        services.announce(db, cohort, other, event, instructor, AT)


def test_everybody_reads_her_own_language_or_that_of_the_writer(
    db: Session, trainee: User, told: Announcement
) -> None:
    (english,) = services.notices_for(db, trainee, "en")
    (khmer,) = services.notices_for(db, trainee, "km")
    assert (english.language, english.title) == ("en", "Saturday")
    assert (khmer.language, khmer.paragraphs) == ("lo", ("ພົບກັນ 8 ໂມງ.", "ເອົານ້ຳມານຳ."))


def test_it_is_unread_until_read_and_again_when_it_is_edited(
    db: Session, cohort: Cohort, instructor: User, trainee: User, told: Announcement
) -> None:
    for _double_tap in range(2):
        services.mark_read(db, trainee, [told.key], AT)
    assert services.news_for(db, trainee, "en").unread == ()
    assert services.readers_of(db, cohort) == {told.id: 1}
    later = AT + timedelta(hours=1)
    services.change_announcement(db, told, DRAFT, instructor, later)  # the same words
    assert told.edited_at is None
    other = AnnouncementDraft("lo", {"lo": Words("ວັນອາທິດ", "9 ໂມງ.")})
    services.change_announcement(db, told, other, instructor, later)
    (notice,) = services.news_for(db, trainee, "en").unread
    assert (notice.title, notice.edited_at) == ("ວັນອາທິດ", later)
    assert services.readers_of(db, cohort) == {}


def test_a_withdrawn_one_is_shown_to_nobody(
    db: Session, cohort: Cohort, instructor: User, trainee: User, told: Announcement
) -> None:
    services.withdraw_announcement(db, told, instructor, AT)
    db.flush()
    assert not services.announcements_of(db, cohort)
    assert services.notices_for(db, trainee, "en") == []


def test_strangers_and_former_members_read_and_mark_nothing(
    db: Session, cohort: Cohort, instructor: User, trainee: User, told: Announcement
) -> None:
    stranger = make_trainee(db)
    services.withdraw_member(db, cohort, trainee, instructor, AT)
    for person in (stranger, trainee):
        assert services.notices_for(db, person, "en") == []
        services.mark_read(db, person, [told.key], AT)
    assert db.scalar(select(func.count()).select_from(AnnouncementReading)) == 0
    with pytest.raises(NotFound):
        services.announcement_of(db, make_cohort(db, instructor), told.key)


def test_text_is_text_and_an_address_a_link_that_shows_itself() -> None:
    html = linked("See https://example.org/a?b=1&c=2.\n<b>now</b> javascript:alert(1)")
    assert '<a href="https://example.org/a?b=1&amp;c=2" rel="nofollow noopener noreferrer">' in html
    assert "</a>.<br>&lt;b&gt;now&lt;/b&gt; javascript:alert(1)" in html
    assert "<a" not in linked("https://аpple.example")  # a Cyrillic letter
