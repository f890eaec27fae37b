"""The drill: a filled database, its backup, and an empty database that becomes the same."""

from __future__ import annotations

import gzip
import json
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, func, insert, inspect, select, text

from app import create_app
from app.accounts import services as accounts
from app.accounts.models import UserSession
from app.config import Settings
from app.core import migrate
from app.core.backup import BackupRefused, backup, count_rows, restore
from app.core.clock import now
from app.core.db import Base, Database, begin_write
from app.core.jobs import Job
from tests import databases
from tests.conftest import DATABASES
from tests.factories import make_trainee

#: What a backup leaves out: who is signed in, codes that are shown once, drawings.
LEFT_OUT = dict.fromkeys(
    (
        *("user_session", "reset_code", "roster_content", "item_analysis"),
        *("certificate_preview", "certificate_template_draft", "print_part"),
    ),
    0,
)
PAIRS = [(one, other) for one in DATABASES for other in DATABASES]


class Drill:
    """Databases of both kinds: one filled for the whole module, others made empty on demand."""

    def __init__(self, request: pytest.FixtureRequest, folder: Path) -> None:
        """Remember where files and servers are."""
        self.request, self.folder = request, folder
        self.opened: list[Database] = []

    def empty(self, kind: str, name: str, *, migrated: bool = True) -> Database:
        """A database without rows."""
        if kind == "sqlite":
            url = f"sqlite:///{self.folder / f'{name}.sqlite'}"
            Path(self.folder / f"{name}.sqlite").unlink(missing_ok=True)
        else:
            url = databases.another(self.request.getfixturevalue("postgresql_url"), name)
        if migrated:
            databases.build_schema(url)
        self.opened.append(Database(url))
        return self.opened[-1]

    def filled(self, kind: str) -> Database:
        """A database with the demo programme, live sessions and a job."""
        database = self.empty(kind, f"filled_{kind}")
        url = database.url.render_as_string(hide_password=False)
        app = create_app(replace(Settings(), database_url=url, data_dir=self.folder, demo=True))
        command = ["demo", "load", "--trainees", "10"]
        result = app.test_cli_runner().invoke(args=command)
        app.extensions["kapok"].database.dispose()
        assert result.exit_code == 0, result.output
        return database


@pytest.fixture(scope="module")
def drill(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Drill]:
    """Where the drill takes place."""
    drill = Drill(request, tmp_path_factory.mktemp("drill"))
    yield drill
    for database in drill.opened:
        database.dispose()


@pytest.fixture(scope="module")
def filled(drill: Drill) -> dict[str, Database]:
    """The filled databases by kind."""
    found = {kind: drill.filled(kind) for kind in DATABASES}
    for database in found.values():
        with database.session() as db:
            person = make_trainee(begin_write(db), native_name="欧阳𠮷堃\u0301 ‘ໝ’ 🫀")
            accounts.open_session(db, person, "phone", now())
            db.commit()
    return found


@pytest.fixture(scope="module")
def saved(filled: dict[str, Database], drill: Drill) -> dict[str, Path]:
    """A backup of each."""
    paths = {kind: drill.folder / "backups" / f"{kind}.jsonl.gz" for kind in filled}
    for kind, database in filled.items():
        backup(database, paths[kind])
    return paths


def contents(database: Database) -> dict[str, list[Any]]:
    """Every row of every table that a backup holds."""
    with database.engine.connect() as connection:
        return {
            table.name: [tuple(row) for row in rows_of(connection, table)]
            for table in Base.metadata.sorted_tables
            if table.name not in LEFT_OUT
        }


def rows_of(connection: Connection, table: Any) -> list[Any]:
    """A table's rows in the order of their keys."""
    return list(connection.execute(select(table).order_by(*table.primary_key.columns)))


@pytest.mark.parametrize(("one", "other"), PAIRS, ids=[f"{a} to {b}" for a, b in PAIRS])
def test_a_restored_database_holds_the_same_rows(
    drill: Drill, filled: dict[str, Database], saved: dict[str, Path], one: str, other: str
) -> None:
    target = drill.empty(other, f"target_{one}_{other}")
    counts = restore(target, saved[one])
    before = count_rows(filled[one])
    assert before["user_account"] == 13
    assert min(before[name] for name in ("certificate", "attempt_answer", "skill_check", "job")) > 0
    assert counts == {**before, **LEFT_OUT}
    assert contents(target) == contents(filled[one])


@pytest.mark.parametrize(("one", "other"), PAIRS, ids=[f"{a} to {b}" for a, b in PAIRS])
def test_what_was_no_value_is_no_value_again(
    drill: Drill, filled: dict[str, Database], saved: dict[str, Path], one: str, other: str
) -> None:
    target = drill.empty(other, "values")
    restore(target, saved[one])
    for table in Base.metadata.sorted_tables:
        if table.name not in LEFT_OUT:
            assert no_values(target, table) == no_values(filled[one], table), table.name


def no_values(database: Database, table: Any) -> list[int]:
    """How many rows have no value, for each column, as the database itself sees it."""
    quoted = [f"count(*) FILTER (WHERE {column.name} IS NULL)" for column in table.columns]
    with database.engine.connect() as connection:
        return list(connection.execute(text(f"SELECT {', '.join(quoted)} FROM {table.name}")).one())


@pytest.mark.parametrize(("one", "other"), PAIRS, ids=[f"{a} to {b}" for a, b in PAIRS])
def test_new_rows_get_numbers_that_no_restored_row_has(
    drill: Drill, saved: dict[str, Path], one: str, other: str
) -> None:
    target = drill.empty(other, "fresh")
    restore(target, saved[one])
    with target.session() as db:
        highest = db.scalar(select(func.max(Job.id))) or 0
        person = make_trainee(begin_write(db))
        job = Job(task="none", payload={}, enqueued_at=now())
        db.add(job)
        db.commit()
        assert (person.id, job.id) == (14, highest + 1)


@pytest.mark.parametrize("kind", DATABASES)
def test_an_empty_table_starts_at_one(drill: Drill, saved: dict[str, Path], kind: str) -> None:
    target = drill.empty(kind, "sessions")
    restore(target, saved[kind])
    with target.session() as db:
        accounts.open_session(begin_write(db), make_trainee(db), "phone", now())
        assert db.scalars(select(UserSession.id)).all() == [1]


@pytest.mark.parametrize("kind", DATABASES)
def test_nobody_is_signed_in_after_a_restore(
    drill: Drill, filled: dict[str, Database], saved: dict[str, Path], kind: str
) -> None:
    target = drill.empty(kind, "signed_out")
    restore(target, saved[kind])
    assert count_rows(filled[kind])["user_session"] > 0
    assert count_rows(target)["user_session"] == 0


@pytest.mark.parametrize("kind", DATABASES)
def test_a_filled_database_is_never_restored_over(
    filled: dict[str, Database], saved: dict[str, Path], kind: str
) -> None:
    before = contents(filled[kind])
    with pytest.raises(BackupRefused, match="not empty: restore into a new database"):
        restore(filled[kind], saved[kind])
    assert contents(filled[kind]) == before


@pytest.mark.parametrize("kind", DATABASES)
def test_restoring_twice_is_refused(drill: Drill, saved: dict[str, Path], kind: str) -> None:
    target = drill.empty(kind, "twice")
    restore(target, saved[kind])
    with pytest.raises(BackupRefused, match="not empty"):
        restore(target, saved[kind])


@pytest.fixture
def empty(drill: Drill) -> Database:
    """An empty, migrated SQLite database."""
    return drill.empty("sqlite", "empty")


@pytest.fixture
def lines(saved: dict[str, Path]) -> list[str]:
    """The lines of a backup."""
    path = next(iter(saved.values()))
    return gzip.decompress(path.read_bytes()).decode().splitlines(keepends=True)


def written(folder: Path, lines: list[str]) -> Path:
    """A backup of these lines."""
    path = folder / "changed.jsonl.gz"
    path.write_bytes(gzip.compress("".join(lines).encode()))
    return path


def refused(database: Database, path: Path) -> str:
    """The one sentence with which a file is refused; nothing is written."""
    with pytest.raises(BackupRefused) as refusal:
        restore(database, path)
    assert sum(count_rows(database).values()) == 0
    sentence = str(refusal.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", b"PK\3\4", gzip.compress(b""), gzip.compress(b"hello"), gzip.compress(b"[1]")],
    ids=["empty", "text", "zip", "nothing", "prose", "list"],
)
def test_a_file_that_is_no_backup_is_refused(
    empty: Database, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "any.jsonl.gz"
    path.write_bytes(content)
    assert "no Kapok backup" in refused(empty, path)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_file_that_was_cut_is_refused(
    empty: Database, saved: dict[str, Path], tmp_path: Path, share: float
) -> None:
    whole = next(iter(saved.values())).read_bytes()
    path = tmp_path / "cut.jsonl.gz"
    path.write_bytes(whole[: int(len(whole) * share)])
    refused(empty, path)


@pytest.mark.parametrize("place", [0.01, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.9999])
def test_a_file_with_a_flipped_byte_is_refused(
    empty: Database, saved: dict[str, Path], tmp_path: Path, place: float
) -> None:
    content = bytearray(next(iter(saved.values())).read_bytes())
    content[int(len(content) * place)] ^= 0xFF
    path = tmp_path / "flipped.jsonl.gz"
    path.write_bytes(content)
    refused(empty, path)


def test_a_backup_without_its_last_lines_is_refused(
    empty: Database, lines: list[str], tmp_path: Path
) -> None:
    assert "end of this backup" in refused(empty, written(tmp_path, lines[:-1]))
    assert "Rows of this backup" in refused(empty, written(tmp_path, lines[:-2] + lines[-1:]))


def test_a_backup_whose_rows_point_nowhere_is_refused(
    empty: Database, lines: list[str], tmp_path: Path
) -> None:
    kept = [line for line in lines if '"table": "cohort"' not in line]
    kept[-1] = json.dumps({"end": len(kept) - 2}) + "\n"
    assert "do not fit together" in refused(empty, written(tmp_path, kept))


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('"$bytes": "', '"$bytes": "*'),
        ('"$time": "20', '"$time": "soon 20'),
        ('"$date": "20', '"$date": 20, "": "'),
        ('"row": {"id"', '"row": {"number"'),
        ('"row": {"id": ', '"row": {"id": [1], "key": '),
        ('"row": {"id": ', '"row": {"id": 99999999999999999999'),
    ],
)
def test_a_backup_with_a_value_of_another_kind_is_refused(
    empty: Database, lines: list[str], tmp_path: Path, right: str, wrong: str
) -> None:
    place = next(number for number, line in enumerate(lines) if right in line)
    changed = [*lines[:place], lines[place].replace(right, wrong, 1), *lines[place + 1 :]]
    refused(empty, written(tmp_path, changed))


def test_a_backup_of_another_revision_is_refused(
    empty: Database, lines: list[str], tmp_path: Path
) -> None:
    header = json.dumps({"format": "kapok-backup-1", "revision": "0000"}) + "\n"
    assert "revision 0000" in refused(empty, written(tmp_path, [header, *lines[1:]]))


@pytest.mark.parametrize("kind", DATABASES)
def test_a_database_without_tables_is_refused(
    drill: Drill, saved: dict[str, Path], kind: str
) -> None:
    target = drill.empty(kind, "bare", migrated=False)
    with pytest.raises(BackupRefused, match="kapok db upgrade"):
        restore(target, saved[kind])
    with target.engine.connect() as connection:
        assert inspect(connection).get_table_names() == []


def test_only_its_owner_reads_a_backup(saved: dict[str, Path]) -> None:
    for path in saved.values():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_backup_that_was_left_unfinished_is_no_backup(
    filled: dict[str, Database], tmp_path: Path
) -> None:
    path = tmp_path / "kapok.jsonl.gz"
    left = tmp_path / "kapok.jsonl.gz.part"
    left.write_text("half")
    left.chmod(0o644)
    backup(next(iter(filled.values())), path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not left.exists()


@pytest.mark.parametrize("kind", DATABASES)
def test_a_backup_is_of_one_moment(
    filled: dict[str, Database], tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows committed while it is being written are all out, not half in."""
    from app.core import backup as backups

    database, written_tables = filled[kind], []
    dump = backups._dump

    def dump_and_write(connection: Connection, table: Any, out: Any) -> int:
        number = dump(connection, table, out)
        if not written_tables:
            with database.session() as db:
                begin_write(db)
                db.execute(insert(Job), [{"task": "late", "payload": {}, "enqueued_at": now()}])
                db.commit()
        written_tables.append(table.name)
        return number

    monkeypatch.setattr(backups, "_dump", dump_and_write)
    before = count_rows(database)
    counts = backup(database, tmp_path / "kapok.jsonl.gz")
    assert counts == {name: before[name] for name in before.keys() - LEFT_OUT.keys()}
    assert written_tables.index("job") > 0
    assert count_rows(database)["job"] == before["job"] + 1


def test_the_commands_do_the_drill(drill: Drill, tmp_path: Path) -> None:
    source, target = drill.filled("sqlite"), drill.empty("sqlite", "by_command")
    path = tmp_path / "kapok.jsonl.gz"
    made = run(source, tmp_path, ["backup", str(path)])
    done = run(target, tmp_path, ["restore", str(path)])
    again = run(target, tmp_path, ["restore", str(path)])
    assert made.exit_code == done.exit_code == 0
    assert "rows of" in made.output
    assert (again.exit_code, "not empty" in again.output) == (1, True)
    assert migrate.current(target) == migrate.head()


def run(database: Database, folder: Path, arguments: list[str]) -> Any:
    """One `kapok` command on this database."""
    from app.core.cli import add_commands

    url = database.url.render_as_string(hide_password=False)
    app = create_app(replace(Settings(), database_url=url, data_dir=folder))
    add_commands(app.cli)
    result = app.test_cli_runner().invoke(args=arguments)
    app.extensions["kapok"].database.dispose()
    return result
