"""Announcements: what instructors tell a cohort, and how its members read it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from app.accounts.models import User
from app.cohorts.models import Announcement, AnnouncementReading, Cohort, CohortMember
from app.cohorts.services.members import cohorts_joined
from app.cohorts.services.waiting import requests_of
from app.cohorts.types import AnnouncementDraft, News, Notice, RequestState, Words
from app.core import audit
from app.core.db import insert_or_get
from app.core.errors import NotFound
from app.core.events import digest_of, require_same


def announce(
    db: Session, cohort: Cohort, draft: AnnouncementDraft, event_id: str, by: User, at: datetime
) -> Announcement:
    """Tell the cohort something; the same event again gives the same announcement.

    Raises EventConflict when the event told something else.
    """
    texts = _stored(draft)
    content = {"cohort": cohort.key, "language": draft.language, "texts": texts}
    values = {
        "event_id": event_id,
        "digest": digest_of(content),
        "cohort_id": cohort.id,
        "author_id": by.id,
        "language": draft.language,
        "texts": texts,
        "made_at": at,
    }
    announcement, created = insert_or_get(db, Announcement, values, ("event_id",))
    if created:
        detail = {"announcement": announcement.key}
        audit.record(db, "cohorts.announce", by.key, at, "cohort", cohort.key, detail)
    else:
        require_same(announcement.digest, content)
    return announcement


def _stored(draft: AnnouncementDraft) -> dict[str, Any]:
    return {
        language: {"title": words.title, "text": words.text}
        for language, words in draft.texts.items()
    }


def change_announcement(
    db: Session, announcement: Announcement, draft: AnnouncementDraft, by: User, at: datetime
) -> None:
    """Write other words; it is marked as edited, and unread again. The same words: no change."""
    texts = _stored(draft)
    if (announcement.language, announcement.texts) == (draft.language, texts):
        return
    announcement.language, announcement.texts = draft.language, texts
    announcement.edited_at = at
    _record(db, "cohorts.change-announcement", announcement, by, at)


def withdraw_announcement(db: Session, announcement: Announcement, by: User, at: datetime) -> None:
    """Show it to nobody any more. A second time changes nothing."""
    if announcement.withdrawn_at is None:
        announcement.withdrawn_at = at
        _record(db, "cohorts.withdraw-announcement", announcement, by, at)


def _record(db: Session, action: str, one: Announcement, by: User, at: datetime) -> None:
    detail = {"announcement": one.key}
    audit.record(db, action, by.key, at, "cohort", one.cohort.key, detail)


def announcements_of(db: Session, cohort: Cohort) -> Sequence[Announcement]:
    """The cohort's announcements that are not withdrawn, newest first."""
    query = (
        select(Announcement)
        .options(selectinload(Announcement.author))
        .where(Announcement.cohort_id == cohort.id, Announcement.withdrawn_at.is_(None))
    )
    return db.scalars(query.order_by(Announcement.made_at.desc(), Announcement.id.desc())).all()


def announcement_count(db: Session, cohort: Cohort) -> int:
    """How many announcements `announcements_of` would give."""
    query = select(func.count(Announcement.id)).where(
        Announcement.cohort_id == cohort.id, Announcement.withdrawn_at.is_(None)
    )
    return db.scalar(query) or 0


def announcement_of(db: Session, cohort: Cohort, key: str) -> Announcement:
    """One announcement of the cohort, withdrawn ones too; raises NotFound for any other."""
    query = select(Announcement).where(Announcement.cohort_id == cohort.id, Announcement.key == key)
    announcement = db.scalars(query).one_or_none()
    if announcement is None:
        raise NotFound
    return announcement


def readers_of(db: Session, cohort: Cohort) -> dict[int, int]:
    """How many of the members have read each announcement as it is now, by its id."""
    query = (
        select(AnnouncementReading.announcement_id, func.count())
        .join(Announcement, AnnouncementReading.announcement_id == Announcement.id)
        .join(CohortMember, CohortMember.user_id == AnnouncementReading.user_id)
        .where(
            Announcement.cohort_id == cohort.id,
            CohortMember.cohort_id == cohort.id,
            CohortMember.withdrawn_at.is_(None),
            AnnouncementReading.read_at
            >= func.coalesce(Announcement.edited_at, Announcement.made_at),
        )
        .group_by(AnnouncementReading.announcement_id)
    )
    return {announcement: int(count) for announcement, count in db.execute(query)}


def notices_for(db: Session, person: User, language: str) -> list[Notice]:
    """What the person's cohorts are told, newest first, in her language where it is written."""
    readings = select(AnnouncementReading.announcement_id, AnnouncementReading.read_at)
    rows = db.execute(readings.where(AnnouncementReading.user_id == person.id))
    read_at = {row.announcement_id: row.read_at for row in rows}
    return [_notice(one, language, read_at.get(one.id)) for one in _told_to(db, person)]


def _told_to(db: Session, person: User) -> Sequence[Announcement]:
    query = (
        select(Announcement)
        .options(selectinload(Announcement.author), selectinload(Announcement.cohort))
        .join(CohortMember, CohortMember.cohort_id == Announcement.cohort_id)
        .where(
            CohortMember.user_id == person.id,
            CohortMember.withdrawn_at.is_(None),
            Announcement.withdrawn_at.is_(None),
        )
    )
    return db.scalars(query.order_by(Announcement.made_at.desc(), Announcement.id.desc())).all()


def _notice(one: Announcement, language: str, read_at: datetime | None) -> Notice:
    shown = language if language in one.texts else one.language
    words = words_in(one, shown)
    return Notice(
        key=one.key,
        cohort=one.cohort.name,
        author=one.author.display_name,
        language=shown,
        title=words.title,
        paragraphs=paragraphs_of(words.text),
        made_at=one.made_at,
        edited_at=one.edited_at,
        is_unread=read_at is None or read_at < (one.edited_at or one.made_at),
    )


def words_in(announcement: Announcement, language: str) -> Words:
    """The words in a language that the announcement has."""
    return Words(**announcement.texts[language])


def paragraphs_of(text: str) -> tuple[str, ...]:
    """The text's paragraphs: what stands between empty lines."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    paragraphs: list[list[str]] = [[]]
    for line in lines:
        if line.strip():
            paragraphs[-1].append(line.rstrip())
        elif paragraphs[-1]:
            paragraphs.append([])
    return tuple("\n".join(lines) for lines in paragraphs if lines)


def mark_read(db: Session, person: User, keys: Iterable[str], at: datetime) -> None:
    """The person says that she has read these; keys of other people's are not there."""
    wanted = set(keys)
    for one in _told_to(db, person):
        if one.key not in wanted:
            continue
        values = {"announcement_id": one.id, "user_id": person.id, "read_at": at}
        unique = ("announcement_id", "user_id")
        reading, _created = insert_or_get(db, AnnouncementReading, values, unique)
        reading.read_at = max(reading.read_at, at)


def news_for(db: Session, person: User, language: str) -> News:
    """What the person's start page says: whom she waits for, and what she has not read."""
    notices = notices_for(db, person, language)
    requests = requests_of(db, person)
    waiting = tuple(one.cohort.name for one in requests if one.state is RequestState.WAITING)
    refused = requests[-1:] if not waiting and not cohorts_joined(db, person) else ()
    return News(
        waiting=waiting,
        declined=tuple(one.cohort.name for one in refused if one.state is RequestState.DECLINED),
        unread=tuple(notice for notice in notices if notice.is_unread),
        announcements=len(notices),
    )
