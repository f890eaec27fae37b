"""Shared, dated data inside a lesson: emergency numbers, warning signals, Chinese phrases."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from app.core.errors import N_
from app.core.i18n import format_date, tr
from app.courses.rendering.prose import Reader, plain_html
from app.courses.types import (
    Country,
    EmergencyNumbers,
    PhraseLine,
    Phrases,
    WarningTable,
    WordsByLanguage,
)

_CHECKED_ON = N_("Checked on %(date)s.")
_CHECKED_IN_PART = N_("Checked on %(date)s, except the numbers marked “not checked yet”.")
_SOURCE, _UNCHECKED = N_("Source:"), N_("not checked yet")
_SERVICE, _COUNTRY, _NUMBER = N_("Service"), N_("Country"), N_("Number")
_CHINESE, _MEANING = N_("Chinese"), N_("Meaning")
_TITLE = N_("Emergency numbers")
_ALL = "all"


def data_html(key: str, reader: Reader) -> str:
    """The table of a data block in the reader's language, with its source and its date."""
    kind, _, name = key.partition(".")
    regional = reader.course.regional
    if kind == "warnings":
        return _warnings(regional.warnings[name], regional.warnings_checked_on, reader)
    if kind == "phrases":
        return _phrases(regional.phrases[name], reader)
    return _numbers(regional.numbers, name, reader)


def data_words(key: str, reader: Reader) -> Iterator[str]:
    """The words of a data block's table, to be found by."""
    kind, _, name = key.partition(".")
    regional, language = reader.course.regional, reader.language
    if kind == "warnings":
        table = regional.warnings[name]
        yield table.title[language]
        for row in table.rows:
            yield from (cell if isinstance(cell, str) else cell[language] for cell in row.cells)
    elif kind == "phrases":
        yield regional.phrases[name].title[language]
        for line in regional.phrases[name].lines:
            yield from (line.zh, line.pinyin, line.meaning[language])
    else:
        for country in _countries(regional.numbers, name):
            for service in country.services.values():
                what = regional.numbers.service_names[service.key][language]
                yield f"{country.name[language]} {what} {service.number}"


def _countries(numbers: EmergencyNumbers, name: str) -> list[Country]:
    return [country for key, country in numbers.countries.items() if name in (_ALL, key)]


def _say(reader: Reader, words: str, **values: str) -> str:
    """Interface words in the language of the text, with their values, as HTML."""
    return plain_html(tr(words, reader.language, **values))


def _cell(cell: WordsByLanguage | str, language: str) -> str:
    return plain_html(cell if isinstance(cell, str) else cell[language])


def _table(caption: str, headers: Sequence[str], rows: Iterable[str]) -> str:
    heads = "".join(f'<th scope="col">{header}</th>' for header in headers)
    return (
        f'<div class="table-box"><table><caption>{caption}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _row(cells: Sequence[str], attributes: str = "") -> str:
    first, *rest = cells
    others = "".join(f"<td>{cell}</td>" for cell in rest)
    return f'<tr{attributes}><th scope="row">{first}</th>{others}</tr>'


def _warnings(table: WarningTable, checked_on: str, reader: Reader) -> str:
    language = reader.language
    rows = []
    for row in table.rows:
        colour = f' class="signal {row.colour}"' if row.colour else ""
        rows.append(_row([_cell(cell, language) for cell in row.cells], colour))
    headers = [_cell(column, language) for column in table.columns]
    note = f"<p>{plain_html(table.note[language])}</p>" if table.note else ""
    source = f"{table.source}, {table.year}"
    foot = _foot(reader, source, is_checked=table.checked, checked_on=checked_on)
    return f"{_table(_cell(table.title, language), headers, rows)}{note}{foot}"


def _phrases(phrases: Phrases, reader: Reader) -> str:
    rows = [_phrase(line, reader) for line in phrases.lines]
    headers = [_say(reader, _CHINESE), _say(reader, _MEANING)]
    return _table(_cell(phrases.title, reader.language), headers, rows)


def _phrase(line: PhraseLine, reader: Reader) -> str:
    chinese = f'<span lang="zh-Hans">{html.escape(line.zh)}</span>'
    pinyin = f'<span class="pinyin" lang="zh-Latn">{html.escape(line.pinyin)}</span>'
    return _row([f"{chinese}<br>{pinyin}", plain_html(line.meaning[reader.language])])


def _numbers(numbers: EmergencyNumbers, name: str, reader: Reader) -> str:
    rows = []
    for country in _countries(numbers, name):
        place = _cell(country.name, reader.language)
        for service in country.services.values():
            what = _cell(numbers.service_names[service.key], reader.language)
            number = f'<b class="number">{service.number}</b>'
            doubt = "" if service.checked else f" <small>({_say(reader, _UNCHECKED)})</small>"
            rows.append(_row([place, what, f"{number}{doubt}"]))
    headers = [_say(reader, words) for words in (_COUNTRY, _SERVICE, _NUMBER)]
    day = format_date(date.fromisoformat(numbers.checked_on), reader.language)
    is_whole = all(s.checked for c in _countries(numbers, name) for s in c.services.values())
    checked = _CHECKED_ON if is_whole else _CHECKED_IN_PART
    foot = f'<p class="hint">{_say(reader, checked, date=day)}</p>'
    return f"{_table(_say(reader, _TITLE), headers, rows)}{foot}"


def _foot(reader: Reader, source: str, *, is_checked: bool, checked_on: str) -> str:
    named = f'{_say(reader, _SOURCE)} <span lang="en">{html.escape(source)}</span>'
    if not is_checked:
        return f'<p class="hint">{named} ({_say(reader, _UNCHECKED)}).</p>'
    day = format_date(date.fromisoformat(checked_on), reader.language)
    return f'<p class="hint">{named}. {_say(reader, _CHECKED_ON, date=day)}</p>'
