"""A course's words as a PO file for translators who do not use git, and back again (polib)."""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import polib

from app.courses.loader.checks import check_structure, check_text
from app.courses.loader.reading import Places, RawContent, RawCourse, read_content
from app.courses.loader.record import Place
from app.courses.loader.rewriting import write_texts
from app.courses.loader.saving import writing_in
from app.courses.loader.staleness import lines_of, refuse_broken, stale_of, texts_of
from app.courses.types import Fault, ForeignFile, Report, Returned, Severity, Stale

BANK = "bank/"
ELSEWHERE = ""
_COURSE, _LANGUAGE = "X-Kapok-Course", "Language"
_BLOCK_HEAD = re.compile(r"^\{#", re.MULTILINE)
_TERM = re.compile(r"\]\(term:([^)\s]+)\)")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a returned file must be of: a course, a language, and (or not) the assessment's bank."""

    slug: str
    language: str
    with_bank: bool = True

    def is_this(self, file: polib.POFile) -> bool:
        """Whether the file says that it is of this course and language."""
        said = file.metadata.get(_COURSE), file.metadata.get(_LANGUAGE)
        return said == (self.slug, self.language)

    def has(self, place: Place) -> bool:
        """Whether a text may be in the file."""
        return self.with_bank or not place.startswith(BANK)


def export_po(content: RawContent, slug: str, language: str, *, with_bank: bool = True) -> str:
    """The course's words in a language as the text of a PO file.

    Each entry's context is its place; a translation that is out of date is fuzzy and carries the
    source it was made from. Raises KeyError for a course that is not there.
    """
    course = content.courses[slug]
    file = polib.POFile(wrapwidth=0)
    file.metadata = {
        "Project-Id-Version": f"Kapok {slug}",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
        _LANGUAGE: language,
        _COURSE: slug,
    }
    own = texts_of(course, language)
    stale = stale_of(course, content.source).get(language, {})
    for place, source in texts_of(course, content.source).items():
        if place.startswith(BANK) and not with_bank:
            continue
        file.append(_entry(content, place, source, own.get(place, ""), language, stale.get(place)))
    return str(file)


def _entry(
    content: RawContent, place: Place, source: str, own: str, language: str, stale: Stale | None
) -> polib.POEntry:
    return polib.POEntry(
        msgctxt=place,
        msgid=source,
        msgstr=own,
        comment="\n".join(_terms(content, source, language)),
        flags=["fuzzy"] if stale else [],
        previous_msgid=stale.then if stale else None,
        occurrences=[(_mark(own), "")],
    )


def _mark(text: str) -> str:
    """What tells, when the file comes back, whether the text here has changed since."""
    return f"was-{hashlib.sha256(text.strip().encode()).hexdigest()[:12]}"


def _terms(content: RawContent, source: str, language: str) -> Iterator[str]:
    for key in dict.fromkeys(_TERM.findall(source)):
        if key in content.glossary:
            yield f"{key}: {getattr(content.glossary[key], language)}"


@dataclass(frozen=True, slots=True)
class _Taken:
    """What a returned file would change: new texts, and old ones confirmed as they are."""

    slug: str
    language: str
    texts: dict[Place, str]
    confirmed: tuple[Place, ...]
    refused: dict[Place, Returned]


def import_po(
    places: Places,
    languages: tuple[str, ...],
    source: str,
    text: str,
    wanted: Wanted | None = None,
    *,
    writes: bool = True,
) -> Report:
    """Take a translated PO file back and say of every entry what became of it.

    Texts whose source has changed since the export, and texts in which the check finds a fault,
    are refused; the others are written, and nothing else in the files changes. Raises ForeignFile
    for a file that is not one of ours.
    """
    file = _parse(text)
    if wanted is not None and not wanted.is_this(file):
        raise ForeignFile
    with writing_in(places.base / places.courses) if writes else nullcontext():
        return _returned(places, languages, source, file, wanted, writes=writes)


def _returned(
    places: Places,
    languages: tuple[str, ...],
    source: str,
    file: polib.POFile,
    wanted: Wanted | None,
    *,
    writes: bool,
) -> Report:
    slug, language = file.metadata.get(_COURSE, ""), file.metadata.get(_LANGUAGE, "")
    content = read_content(places, languages, source, slug)
    if slug not in content.courses or language not in languages or language == source:
        raise ForeignFile
    course = content.courses[slug]
    refuse_broken(course, source)
    taken = _take(content, course, language, file, wanted)
    faults = _faults_of(places, languages, source, taken)
    good = {place: new for place, new in taken.texts.items() if place not in faults}
    refused = taken.refused | dict.fromkeys(faults, Returned.FAULTY)
    if writes:
        _write(content, taken, good)
    return Report(
        slug=slug,
        language=language,
        changed=tuple(good),
        confirmed=taken.confirmed,
        refused=refused,
        faults=tuple(fault for found in faults.values() for fault in found),
        waiting=sum(entry.fuzzy and not entry.obsolete for entry in file),
    )


def _parse(text: str) -> polib.POFile:
    if "\n" not in text or "msgid" not in text:
        raise ForeignFile  # polib would take one line for the name of a file to open
    try:
        return polib.pofile(text, wrapwidth=0)
    except (OSError, UnicodeError, ValueError) as error:
        raise ForeignFile from error


def _take(
    content: RawContent,
    course: RawCourse,
    language: str,
    file: polib.POFile,
    wanted: Wanted | None,
) -> _Taken:
    present, own = texts_of(course, content.source), texts_of(course, language)
    stale = stale_of(course, content.source).get(language, {})
    texts: dict[Place, str] = {}
    refused: dict[Place, Returned] = {}
    confirmed: list[Place] = []
    for entry in file:
        place = str(entry.msgctxt or "")
        if entry.obsolete or entry.fuzzy or not entry.msgstr.strip():
            continue
        if place not in present or place not in own or (wanted and not wanted.has(place)):
            refused[place] = Returned.UNKNOWN
        elif place.startswith("lesson/") and _BLOCK_HEAD.search(entry.msgstr):
            refused[place] = Returned.FAULTY
        elif entry.msgid != present[place]:
            refused[place] = Returned.SOURCE_CHANGED
        elif _is_older(entry, own[place]):
            if _marks(entry)[0] != _mark(entry.msgstr):
                refused[place] = Returned.TRANSLATION_CHANGED
        elif entry.msgstr.strip() != own[place].strip():
            texts[place] = entry.msgstr.strip()
        elif place in stale:
            confirmed.append(place)
    return _Taken(course.slug, language, texts, tuple(confirmed), refused)


def _marks(entry: polib.POEntry) -> list[str]:
    return [name for name, _line in entry.occurrences if name.startswith("was-")]


def _is_older(entry: polib.POEntry, own: str) -> bool:
    """Whether somebody has changed the translation here since the file was exported."""
    marks = _marks(entry)
    return bool(marks) and marks[0] != _mark(own) and entry.msgstr.strip() != own.strip()


def _faults_of(
    places: Places, languages: tuple[str, ...], source: str, taken: _Taken
) -> dict[Place, list[Fault]]:
    """The faults that the new texts would have, found in a copy of the files."""
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        shutil.copytree(places.base / places.courses, base / "courses")
        copy = Places(base, "courses/", places.glossary)
        before = _by_place(read_content(copy, languages, source, taken.slug), taken)
        write_texts(base, f"courses/{taken.slug}/{taken.language}/", taken.language, taken.texts)
        after = _by_place(read_content(copy, languages, source, taken.slug), taken)
    found: dict[Place, list[Fault]] = {}
    for place, faults in after.items():
        codes = {fault.code for fault in before.get(place, ())}
        new = [fault for fault in faults if fault.code not in codes]
        if new:
            found[place] = new
    if ELSEWHERE in found:  # what no text explains is explained by all of them
        return dict.fromkeys(taken.texts, found[ELSEWHERE])
    return found


def _by_place(content: RawContent, taken: _Taken) -> dict[Place, list[Fault]]:
    """The faults of the texts that were taken, by their place."""
    course = content.courses[taken.slug]
    lines = lines_of(course, taken.language)
    every = [*course.all_faults(), *check_structure(content, course), *check_text(content, course)]
    found: dict[Place, list[Fault]] = {}
    for fault in every:
        if fault.severity is not Severity.FAULT or fault.language != taken.language:
            continue
        hits = [place for place in lines.get((fault.path, fault.line), ()) if place in taken.texts]
        for place in hits or [ELSEWHERE]:
            found.setdefault(place, []).append(fault)
    return found


def _write(content: RawContent, taken: _Taken, good: Mapping[Place, str]) -> None:
    course, base = content.courses[taken.slug], content.places.base
    write_texts(base, course.languages[taken.language].folder, taken.language, good)
    present = texts_of(course, content.source)
    for place in (*good, *taken.confirmed):
        course.record.say(place, taken.language, present[place])
    course.record.write(base / course.folder, present)
