"""Writes say that they are writes, and two at once both end well."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Thread

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DatabaseError

from app.core.audit import AuditEvent, record
from app.core.db import (
    Database,
    WriteOutsideTransaction,
    among_words,
    begin_write,
    insert_or_get,
)
from app.core.files import StoredFile, load, store

AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


def test_a_flush_outside_a_write_is_refused(database: Database) -> None:
    with database.session() as db:
        record(db, "tests.act", "", AT, "test", "1")
        with pytest.raises(WriteOutsideTransaction):
            db.flush()


def test_a_changing_statement_outside_a_write_is_refused(database: Database) -> None:
    with database.session() as db, pytest.raises(WriteOutsideTransaction):
        db.execute(insert(AuditEvent).values(action="tests.act"))


def test_a_write_ends_with_its_commit(database: Database) -> None:
    with database.session() as db:
        begin_write(db)
        record(db, "tests.act", "", AT, "test", "1")
        db.commit()
        record(db, "tests.act", "", AT, "test", "2")
        with pytest.raises(WriteOutsideTransaction):
            db.commit()


def test_an_error_of_the_database_holds_no_value_that_was_sent(database: Database) -> None:
    with database.session() as db, pytest.raises(DatabaseError) as told:
        db.execute(text("SELECT :name FROM no_such_table"), {"name": "ນ້ຳຝົນ ແກ້ວມະນີ"})
    assert "no_such_table" in str(told.value)
    assert "ນ້ຳຝົນ" not in str(told.value)


def test_times_come_back_aware_and_in_utc(database: Database) -> None:
    with database.session() as db:
        begin_write(db)
        record(db, "tests.act", "", AT, "test", "1")
        db.commit()
        db.expire_all()
        assert db.scalars(select(AuditEvent.at)).one() == AT


def test_a_time_without_zone_is_refused(database: Database) -> None:
    with database.session() as db:
        begin_write(db)
        record(db, "tests.act", "", AT.replace(tzinfo=None), "test", "1")
        with pytest.raises(Exception, match="zone"):
            db.flush()


def test_many_writers_at_once_all_succeed(database: Database) -> None:
    def write(number: int) -> None:
        with database.session() as db:
            db.scalar(select(func.count()).select_from(AuditEvent))
            begin_write(db)
            record(db, "tests.act", "", AT, "test", str(number))
            db.commit()

    threads = [Thread(target=write, args=(number,)) for number in range(12)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    with database.session() as db:
        assert db.scalar(select(func.count()).select_from(AuditEvent)) == 12


def test_the_same_row_twice_is_one_row(database: Database) -> None:
    values = {"sha256": "0" * 64, "media_type": "text/plain", "content": b"a", "stored_at": AT}
    with database.session() as db:
        begin_write(db)
        first, created = insert_or_get(db, StoredFile, values, ("sha256",))
        again, created_again = insert_or_get(db, StoredFile, values, ("sha256",))
        assert (created, created_again) == (True, False)
        assert first is again


def test_a_stored_file_is_found_by_its_own_digest(database: Database) -> None:
    with database.session() as db:
        begin_write(db)
        stored = store(db, "ໃບຢັ້ງຢືນ".encode(), "text/plain", AT)
        db.commit()
        assert load(db, stored.sha256).content.decode() == "ໃບຢັ້ງຢືນ"


def test_sqlite_is_durable_and_keeps_its_foreign_keys(database: Database) -> None:
    if not database.is_sqlite:
        pytest.skip("settings of SQLite")
    with database.engine.connect() as connection:
        modes = [
            connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert modes == ["wal", 2, 1]


def test_many_words_go_to_the_database_as_one_value(database: Database) -> None:
    with database.session() as db:
        begin_write(db)
        for key in ("ສະບາຍດີ", 'it\'s "so"', "plain"):
            record(db, "tests.act", "", AT, "test", key)
        db.commit()
        keys = select(AuditEvent.object_key).order_by(AuditEvent.id)
        wanted = ['it\'s "so"', "ສະບາຍດີ", "nothing"]
        found = db.scalars(keys.where(among_words(AuditEvent.object_key, wanted))).all()
        assert found == ["ສະບາຍດີ", 'it\'s "so"']
        assert db.scalars(keys.where(among_words(AuditEvent.object_key, []))).all() == []
