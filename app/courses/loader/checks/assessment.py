"""The bank is large enough, follows its blueprint, and varies every must."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from app.courses.loader.documents import Document, Where
from app.courses.loader.reading import RawCourse
from app.courses.types import Assessment, Bank, Fault

FACTOR = 2  # the bank is at least twice the assessment (curriculum, section 1)
FEWEST_VARIANTS = 2


def check_assessment(course: RawCourse) -> Iterator[Fault]:
    """Faults of bank.yaml as a whole."""
    document = course.documents.get("bank")
    if course.bank is not None and document is not None:
        yield from _sizes(course.bank, document)
        yield from _groups(course.bank, document)
        yield from _musts(course.bank, document)


def _fault(document: Document, where: Where, code: str, message: str, mend: str) -> Fault:
    return Fault(document.name, document.line(where), "-", code, message, mend)


def _sizes(bank: Bank, document: Document) -> Iterator[Fault]:
    rules = bank.assessment
    planned = sum(part.count for part in rules.blueprint)
    if planned != rules.length:
        yield _fault(
            document,
            ("assessment", "blueprint"),
            "blueprint",
            f"The blueprint has {planned} items, the assessment {rules.length}.",
            "Make the two numbers equal.",
        )
    if len(bank.items) < FACTOR * rules.length:
        yield _fault(
            document,
            ("assessment", "length"),
            "bank-size",
            f"The bank has {len(bank.items)} items for an assessment of {rules.length}.",
            f"Write at least {FACTOR * rules.length} items.",
        )


def _groups(bank: Bank, document: Document) -> Iterator[Fault]:
    have = Counter(item.group for item in bank.items)
    for index, part in enumerate(bank.assessment.blueprint):
        if have[part.group] < FACTOR * part.count:
            yield _fault(
                document,
                ("assessment", "blueprint", index),
                "bank-size",
                f"The group “{part.group}” has {have[part.group]} items for {part.count}.",
                f"Write at least {FACTOR * part.count} items of this group.",
            )
    known = {part.group for part in bank.assessment.blueprint}
    for index, item in enumerate(document.data.get("items", [])):
        if isinstance(item, dict) and item.get("group") not in known:
            yield _fault(
                document,
                ("items", index, "group"),
                "unknown-group",
                f"The blueprint has no group “{item.get('group', '')}”.",
                "Name a group of the blueprint.",
            )


def _musts(bank: Bank, document: Document) -> Iterator[Fault]:
    rules: Assessment = bank.assessment
    have = Counter(item.must for item in bank.items if item.must is not None)
    for index, must in enumerate(rules.musts):
        if have[must] < FEWEST_VARIANTS:
            yield _fault(
                document,
                ("assessment", "musts", index),
                "must-variants",
                f"The must “{must}” has {have[must]} items.",
                f"Write at least {FEWEST_VARIANTS} items that carry it.",
            )
    for index, item in enumerate(document.data.get("items", [])):
        named = item.get("must") if isinstance(item, dict) else None
        if named is not None and named not in rules.musts:
            yield _fault(
                document,
                ("items", index, "must"),
                "unknown-must",
                f"The assessment has no must “{named}”.",
                "Name one of the musts.",
            )
