"""Backup and restore: every row of one moment as JSON lines, the same on SQLite and PostgreSQL.

A copy of a live SQLite file can pass its integrity check and still lack committed rows, so the file
is never copied. A backup is one file that names the schema revision it was made at. Tables with
`info=NOT_IN_BACKUP` (sessions, one-time codes) stay out of it: everybody signs in again.
"""

from __future__ import annotations

import base64
import gzip
import json
import os
import zlib
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import IO, Any

from sqlalchemy import JSON, Connection, Table, func, insert, null, select
from sqlalchemy.exc import OperationalError, StatementError

from app.core.db import NOT_IN_BACKUP, WRITE_OPTION, Base, Database
from app.core.migrate import current, head

FORMAT = "kapok-backup-1"
BATCH = 500
_CHUNK = 1 << 20


class BackupRefused(Exception):
    """Raised with one sentence that says why and what to do."""


def backup(database: Database, target: Path) -> dict[str, int]:
    """Write all rows of one moment to `target` (gzip JSON lines); return rows per table.

    Only the file's owner may read it: it holds names and password hashes.
    """
    counts: dict[str, int] = {}
    unfinished = target.with_name(target.name + ".part")
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    with gzip.open(unfinished, "wt", encoding="utf-8") as out, _snapshot(database) as rows:
        _line(out, {"format": FORMAT, "revision": current(database)})
        for table in _kept_tables():
            counts[table.name] = _dump(rows, table, out)
        _line(out, {"end": sum(counts.values())})
    _keep_for_good(unfinished)
    unfinished.replace(target)
    return counts


def _kept_tables() -> list[Table]:
    return [table for table in Base.metadata.sorted_tables if table.info != NOT_IN_BACKUP]


def _keep_for_good(path: Path) -> None:
    with path.open("rb") as written:
        os.fsync(written.fileno())


def restore(database: Database, source: Path) -> dict[str, int]:
    """Fill an empty, migrated database from a backup in one transaction; return rows per table.

    Raises BackupRefused, and changes nothing, when the file is no whole backup, is of another
    revision, or rows are there.
    """
    _refuse_unmigrated(database)
    try:
        _read_through(source)
        with gzip.open(source, "rt", encoding="utf-8") as lines:
            _check_header(_parsed(lines.readline()))
            _fill(database, lines)
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise BackupRefused("This file is no Kapok backup, or a part of it is missing.") from error
    except OperationalError:  # a full disk, a lost server: no fault of the file
        raise
    except (StatementError, KeyError, ValueError, TypeError, OverflowError) as error:
        raise BackupRefused("The rows of this backup do not fit together.") from error
    return count_rows(database)


def _read_through(source: Path) -> None:
    """Compare the file's checksum, at its end, before a row of it is believed."""
    with gzip.open(source, "rb") as content:
        while content.read(_CHUNK):
            pass


def _fill(database: Database, lines: IO[str]) -> None:
    engine = database.engine.execution_options(**{WRITE_OPTION: True})
    with engine.begin() as connection:
        _refuse_filled(connection)
        _load(connection, lines)
        _restart_sequences(connection)


def count_rows(database: Database) -> dict[str, int]:
    """How many rows each table holds."""
    with database.engine.connect() as connection:
        return {
            table.name: int(connection.scalar(select(func.count()).select_from(table)) or 0)
            for table in Base.metadata.sorted_tables
        }


def _snapshot(database: Database) -> Connection:
    connection = database.engine.connect()
    if not database.is_sqlite:
        connection = connection.execution_options(isolation_level="REPEATABLE READ")
    return connection  # one deferred transaction on SQLite is one snapshot


def _dump(connection: Connection, table: Table, out: IO[str]) -> int:
    number = 0
    order = list(table.primary_key.columns)
    for row in connection.execute(select(table).order_by(*order)).mappings().yield_per(BATCH):
        _line(out, {"table": table.name, "row": _plain(row)})
        number += 1
    return number


def _line(out: IO[str], content: dict[str, Any]) -> None:
    out.write(json.dumps(content, ensure_ascii=False) + "\n")


def _plain(row: Any) -> dict[str, Any]:
    return {str(name): _encode(value) for name, value in row.items()}


def _encode(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"$bytes": base64.b64encode(value).decode()}
    if isinstance(value, datetime):
        return {"$time": value.astimezone(UTC).isoformat()}
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if isinstance(value, time):
        return {"$clock": value.isoformat()}
    return value


def _decode(value: Any) -> Any:
    if isinstance(value, dict) and len(value) == 1:
        name, content = next(iter(value.items()))
        match name:
            case "$bytes":
                return base64.b64decode(content, validate=True)
            case "$time":
                return datetime.fromisoformat(content)
            case "$date":
                return date.fromisoformat(content)
            case "$clock":
                return time.fromisoformat(content)
    return value


def _parsed(line: str) -> Mapping[str, Any]:
    try:
        content = json.loads(line)
    except ValueError as error:
        raise BackupRefused("This file is no Kapok backup, or a part of it is broken.") from error
    return content if isinstance(content, dict) else {}


def _check_header(header: Mapping[str, Any]) -> None:
    if header.get("format") != FORMAT:
        raise BackupRefused("This file is no Kapok backup.")
    revision = header.get("revision")
    if revision != head():
        raise BackupRefused(
            f"The backup was made at revision {revision} and this Kapok is at {head()}: restore it "
            "with the Kapok that made it, then upgrade."
        )


def _refuse_unmigrated(database: Database) -> None:
    if current(database) != head():
        raise BackupRefused("The database is not migrated: run 'kapok db upgrade' first.")


def _refuse_filled(connection: Connection) -> None:
    for table in Base.metadata.sorted_tables:
        if connection.execute(select(table).limit(1)).first() is not None:
            raise BackupRefused(
                f"The table {table.name} is not empty: restore into a new database."
            )


def _load(connection: Connection, lines: IO[str]) -> None:
    tables = {table.name: table for table in _kept_tables()}
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    for name, rows in _batches(lines):
        connection.execute(insert(tables[name]), [_row_for(tables[name], row) for row in rows])


def _row_for(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    if row.keys() != set(table.c.keys()):
        raise KeyError(table.name)
    # A JSON column takes None for the JSON text "null"; what was no value stays no value.
    return {
        name: null() if value is None and isinstance(table.c[name].type, JSON) else _decode(value)
        for name, value in row.items()
    }


def _batches(lines: IO[str]) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    name, number = "", 0
    rows: list[Mapping[str, Any]] = []
    for line in lines:
        content = _parsed(line)
        if "end" in content:
            break
        if rows and (content["table"] != name or len(rows) == BATCH):
            yield name, rows
            rows = []
        name, number = content["table"], number + 1
        rows.append(content["row"])
    else:
        raise BackupRefused("The end of this backup is missing: take another one.")
    if content["end"] != number or lines.read(1):
        raise BackupRefused("Rows of this backup are missing: take another one.")
    if rows:
        yield name, rows


def _restart_sequences(connection: Connection) -> None:
    """PostgreSQL's counters go on after the highest restored id."""
    if connection.dialect.name != "postgresql":
        return
    for table in Base.metadata.sorted_tables:
        if "id" in table.columns:
            sequence = func.pg_get_serial_sequence(table.name, "id")
            following = select(func.coalesce(func.max(table.c.id), 0) + 1).scalar_subquery()
            connection.execute(select(func.setval(sequence, following, False)))
