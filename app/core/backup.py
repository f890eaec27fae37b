"""Backup and restore. SQLite through its own backup call; PostgreSQL row by row over one snapshot.

A copy of a live SQLite file can pass its integrity check and still lack committed rows, so the file
is never copied. A backup is one file that names the schema revision it was made at.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Table, func, insert, select

from app.core.db import Base, Database
from app.core.migrate import current, head

FORMAT = "kapok-backup-1"
BATCH = 500


class BackupRefused(Exception):
    """Raised with one sentence that says why and what to do."""


def backup(database: Database, target: Path) -> dict[str, int]:
    """Write all rows of one moment to `target` (gzip JSON lines); return rows per table."""
    counts: dict[str, int] = {}
    unfinished = target.with_name(target.name + ".part")
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished.touch(mode=0o600)  # the file holds names and password hashes
    with gzip.open(unfinished, "wt", encoding="utf-8") as out, _snapshot(database) as rows:
        _line(out, {"format": FORMAT, "revision": current(database)})
        for table in Base.metadata.sorted_tables:
            counts[table.name] = _dump(rows, table, out)
    unfinished.replace(target)
    return counts


def restore(database: Database, source: Path) -> dict[str, int]:
    """Fill an empty, migrated database from a backup in one transaction; return rows per table.

    Raises BackupRefused when the file is no backup, is of another revision, or rows are there.
    """
    with gzip.open(source, "rt", encoding="utf-8") as lines:
        _check_header(lines.readline(), database)
        with database.engine.connect().execution_options(kapok_write=True) as connection:
            _refuse_filled(connection)
            with connection.begin() if not connection.in_transaction() else connection:
                _load(connection, lines)
                _restart_sequences(connection)
                connection.commit()
    return count_rows(database)


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
    return value


def _decode(value: Any) -> Any:
    if isinstance(value, dict) and len(value) == 1:
        name, content = next(iter(value.items()))
        match name:
            case "$bytes":
                return base64.b64decode(content)
            case "$time":
                return datetime.fromisoformat(content)
            case "$date":
                return date.fromisoformat(content)
    return value


def _check_header(line: str, database: Database) -> None:
    header = json.loads(line or "{}")
    if header.get("format") != FORMAT:
        raise BackupRefused("This file is no Kapok backup.")
    if header["revision"] != current(database) or header["revision"] != head():
        raise BackupRefused(
            f"The backup was made at revision {header['revision']}: "
            f"run 'kapok db upgrade {header['revision']}' on an empty database first."
        )


def _refuse_filled(connection: Connection) -> None:
    for table in Base.metadata.sorted_tables:
        if connection.execute(select(table).limit(1)).first() is not None:
            raise BackupRefused(
                f"The table {table.name} is not empty: restore into a new database."
            )


def _load(connection: Connection, lines: IO[str]) -> None:
    tables = Base.metadata.tables
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    for name, rows in _batches(lines):
        connection.execute(insert(tables[name]), rows)


def _batches(lines: IO[str]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    name = ""
    rows: list[dict[str, Any]] = []
    for line in lines:
        content = json.loads(line)
        if rows and (content["table"] != name or len(rows) == BATCH):
            yield name, rows
            rows = []
        name = content["table"]
        rows.append({key: _decode(value) for key, value in content["row"].items()})
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
