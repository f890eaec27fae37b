"""Compiling the message catalogues, with word breaks for Lao and Khmer put in on the way."""

from __future__ import annotations

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from app.core import breaking
from app.core.breaking import breakable
from app.core.languages import LANGUAGES, SOURCE_LANGUAGE


def compile_catalogues(folder: Path) -> list[Path]:
    """Write each language's messages.mo beside its messages.po; return those written.

    The .po keeps the words as they are; only the compiled copy carries U+200B and U+2060.
    """
    sources = [folder / code / "LC_MESSAGES" / "messages.po" for code in LANGUAGES]
    return [_compile(source) for source in sources if source.exists() and _is_stale(source)]


def _is_stale(source: Path) -> bool:
    """Older than the words, or than the rules of breaking them."""
    target = source.with_suffix(".mo")
    made_of = (source, Path(breaking.__file__))
    newest = max(file.stat().st_mtime_ns for file in made_of)
    return not target.exists() or target.stat().st_mtime_ns <= newest


def _compile(source: Path) -> Path:
    with source.open("rb") as opened:
        catalog = read_po(opened, locale=source.parent.parent.name)
    _break_words(catalog)
    target = source.with_suffix(".mo")
    unfinished = target.with_suffix(".tmp")
    with unfinished.open("wb") as opened:
        write_mo(opened, catalog)
    unfinished.replace(target)
    return target


def _break_words(catalog: Catalog) -> None:
    for message in catalog:
        if isinstance(message.string, str):
            message.string = breakable(message.string)
        elif message.string is not None:
            message.string = tuple(breakable(text) for text in message.string)


def untranslated(folder: Path) -> list[str]:
    """`language: message` for everything that a catalogue lacks or leaves fuzzy."""
    missing = []
    template = _read(folder / "messages.pot", SOURCE_LANGUAGE)
    wanted = {message.id for message in template if message.id}
    for code in LANGUAGES:
        if code == SOURCE_LANGUAGE:
            continue
        catalog = _read(folder / code / "LC_MESSAGES" / "messages.po", code)
        done = {m.id for m in catalog if m.string and all(_texts(m.string)) and not m.fuzzy}
        missing += [f"{code}: {message}" for message in sorted(map(str, wanted - done))]
    return missing


def _texts(string: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else tuple(string)


def _read(path: Path, code: str) -> Catalog:
    with path.open("rb") as opened:
        return read_po(opened, locale=code)
