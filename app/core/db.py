"""The database: one engine a process, one session a request, and writes that say so.

Reads run in a deferred transaction. A write begins by `writing()` (or `begin_write`), which ends
the read transaction and, on SQLite, takes the write lock at once (BEGIN IMMEDIATE): a read that
upgrades to a write later fails under load instead of waiting. A flush outside raises.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol, Self, TypeVar

from flask import current_app, g
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    Dialect,
    Engine,
    Enum,
    MetaData,
    String,
    Text,
    bindparam,
    create_engine,
    event,
    select,
)
from sqlalchemy import insert as plain_insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import (
    DeclarativeBase,
    ORMExecuteState,
    QueryableAttribute,
    Session,
    sessionmaker,
)
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.types import TypeDecorator, TypeEngine

SAFE_SQLITE = (3, 51, 3)  # older versions can lose a commit in WAL mode (sqlite.org, 2026)
WRITE_OPTION = "kapok_write"
#: `info` of a table whose rows must not come back with a backup: sessions, one-time codes.
NOT_IN_BACKUP = {"kapok_backup": False}
Row = TypeVar("Row", bound="Base")


class UtcDateTime(TypeDecorator[datetime]):
    """A point in time: aware on the way in, UTC in the database, aware UTC on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times; hand UTC to the driver."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without its zone cannot be stored")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def result_processor(
        self, dialect: Dialect, _coltype: object
    ) -> Callable[[Any], datetime | None] | None:
        """An aware UTC time from what the driver gives; one call for each of many thousand."""
        return _utc_of_text if dialect.name == "sqlite" else _utc_of_time


@lru_cache(maxsize=2048)  # a whole cohort is enrolled in one act, at one time
def _utc_of_text(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value + "+00:00")


def _utc_of_time(value: datetime | None) -> datetime | None:
    return None if value is None else value.astimezone(UTC)


class _Many(TypeDecorator[Sequence[int] | Sequence[str]]):
    """Many ids or words as one value: a JSON text on SQLite, an array on PostgreSQL."""

    impl = String
    cache_ok = True

    def __init__(self, kind: type[BigInteger | Text]) -> None:
        """Keep what each of them is."""
        super().__init__()
        self.kind = kind

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The type the driver is given."""
        return dialect.type_descriptor(
            String() if dialect.name == "sqlite" else postgresql.ARRAY(self.kind)
        )

    def process_bind_param(
        self, value: Sequence[int] | Sequence[str] | None, dialect: Dialect
    ) -> Any:
        """The values as that type."""
        return json.dumps(value) if dialect.name == "sqlite" else value


class _Among(FunctionElement[bool]):
    """See `among`."""

    name = "among"
    inherit_cache = True
    type = Boolean()

    def self_group(self, against: OperatorType | None = None) -> Self:  # noqa: ARG002
        """It is a condition as it stands: SQLAlchemy would add "= 1", and no index would serve."""
        return self


@compiles(_Among)
def _among_in_sql(element: _Among, compiler: Any, **options: Any) -> str:
    column, many = (compiler.process(each, **options) for each in element.clauses)
    if compiler.dialect.name == "sqlite":
        return f"{column} IN (SELECT value FROM json_each({many}))"  # noqa: S608 (compiled clauses)
    return f"{column} = ANY ({many})"


def among(
    column: QueryableAttribute[int] | QueryableAttribute[int | None], ids: Iterable[int]
) -> ColumnElement[bool]:
    """Whether the column holds one of these ids: one value, however many there are.

    `in_` writes a place into the statement for each of 1,000 people, in each of 20 queries.
    """
    return _Among(column, bindparam(None, [*ids], type_=_Many(BigInteger), unique=True))


def among_words(text: ColumnElement[str], words: Iterable[str]) -> ColumnElement[bool]:
    """The same for words."""
    return _Among(text, bindparam(None, [*words], type_=_Many(Text), unique=True))


class Base(DeclarativeBase):
    """The parent of every table; constraints get predictable names."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 (SQLAlchemy reads it from the class)
        datetime: UtcDateTime,
        date: Date,
        dict[str, Any]: JSON,
        list[Any]: JSON,
        list[str]: JSON,
    }


def enum_column(kind: type[StrEnum]) -> Enum:
    """A column type for a status: stored by value, checked by the application, no native type."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )


class UnsafeDatabase(Exception):
    """Raised when the SQLite library in use can lose a commit."""


class WriteOutsideTransaction(Exception):
    """A change was flushed without `writing()`: begin the write before the service call."""


class Database:
    """An engine and its sessions for one database address."""

    def __init__(self, url: str) -> None:
        """Prepare the engine; nothing is opened until the first use."""
        self.url: URL = make_url(url)
        self.engine: Engine = _sqlite_engine(self.url) if self.is_sqlite else _server(self.url)
        self.sessions = sessionmaker(self.engine, class_=Session, expire_on_commit=False)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded database."""
        return self.url.get_backend_name() == "sqlite"

    def session(self) -> Session:
        """A new session; the caller closes it."""
        return self.sessions()

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def _server(url: URL) -> Engine:
    return create_engine(
        url,
        pool_pre_ping=True,
        pool_size=5,
        max_overflow=10,
        # An error goes into logs and jobs; what was sent with its statement does not. The DETAIL
        # of a broken constraint, which the server writes, still names values of the row.
        hide_parameters=True,
        connect_args={"options": "-c statement_timeout=30000 -c timezone=UTC"},
    )


def _sqlite_engine(url: URL) -> Engine:
    # Debian's own SQLite has the WAL-reset race; this wheel carries a library without it. The
    # standard sqlite3 module must never open the same file in the same process.
    import pysqlite3.dbapi2 as driver  # noqa: PLC0415 (only where SQLite is used)

    if driver.sqlite_version_info < SAFE_SQLITE:
        raise UnsafeDatabase(f"SQLite {driver.sqlite_version} can lose a commit; update pysqlite3.")
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, module=driver, connect_args={"timeout": 15}, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin and end only where we say so
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL", "temp_store=MEMORY"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    writes = connection.get_execution_options().get(WRITE_OPTION, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def begin_write(db: Session) -> Session:
    """End the read transaction and begin the one that writes; returns the same session."""
    db.rollback()
    db.info["writes"] = True
    db.connection(execution_options={WRITE_OPTION: True})
    return db


def _forget_write(db: Session, *_: Any) -> None:
    if not db.in_nested_transaction():  # the end of a savepoint is not the end of the write
        db.info.pop("writes", None)


def _refuse_stray_flush(db: Session, *_: Any) -> None:
    if not db.info.get("writes") and (db.new or db.dirty or db.deleted):
        raise WriteOutsideTransaction(_stray_message(db))


def _stray_message(db: Session) -> str:
    names = sorted({type(row).__name__ for row in (*db.new, *db.dirty, *db.deleted)})
    return f"{', '.join(names)} changed outside writing(): begin the write first."


def _refuse_stray_statement(state: ORMExecuteState) -> None:
    changes = state.is_insert or state.is_update or state.is_delete
    if changes and not state.session.info.get("writes"):
        raise WriteOutsideTransaction("A statement changes rows outside writing().")


event.listen(Session, "after_commit", _forget_write)
event.listen(Session, "after_rollback", _forget_write)
event.listen(Session, "before_flush", _refuse_stray_flush)
event.listen(Session, "do_orm_execute", _refuse_stray_statement)


class HoldsDatabase(Protocol):
    """What the application keeps under `extensions['kapok']`."""

    database: Database


def reading() -> Session:
    """The session of this request or command, for reading."""
    if "db" not in g:
        holder: HoldsDatabase = current_app.extensions["kapok"]
        g.db = holder.database.session()
    session: Session = g.db
    return session


def writing() -> Session:
    """The same session with a write begun; call it right before the service that writes."""
    return begin_write(reading())


def close_session(_error: BaseException | None = None) -> None:
    """Give the request's connection back; what was not committed is gone."""
    session: Session | None = g.pop("db", None)
    if session is not None:
        session.close()


def insert_or_get(
    db: Session, model: type[Row], values: Mapping[str, Any], unique: Iterable[str]
) -> tuple[Row, bool]:
    """Insert a row unless one with the same `unique` columns exists; return it and whether new.

    Two requests at once both get the same row: the database decides, not a check before.
    """
    names = list(unique)
    statement = _insert_for(db)(model).values(**values)
    created = db.execute(
        statement.on_conflict_do_nothing(index_elements=names).returning(*_primary_key(model))
    ).first()
    wanted = [getattr(model, name) == values[name] for name in names]
    return db.scalars(select(model).where(*wanted)).one(), created is not None


def insert_missing(
    db: Session, model: type[Row], rows: Sequence[Mapping[str, Any]]
) -> Sequence[Row]:
    """Insert those rows that no unique constraint refuses, in few statements; return them.

    All rows name the same columns.
    """
    if not rows:
        return []
    statement = _insert_for(db)(model).on_conflict_do_nothing().returning(model)
    return db.scalars(statement, [dict(row) for row in rows]).all()


def _primary_key(model: type[Base]) -> list[Any]:
    return list(model.__mapper__.primary_key)


def _insert_for(db: Session) -> Callable[..., Any]:
    name = db.get_bind().dialect.name
    return {"sqlite": sqlite.insert, "postgresql": postgresql.insert}.get(name, plain_insert)
