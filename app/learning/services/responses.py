"""What a response to an item may be, per type, and when it is complete. Pure.

single {"option": key} · multiple {"options": [keys]} · truefalse {"value": bool}
ordering {"places": {key: place from 1}} · matching {"pairs": {left: right}}
numeric {"figures": [text, …]} · {} = no answer
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.courses.types import Item, ItemType, MatchingItem, NumericItem, OrderingItem
from app.learning.services.numbers import parse_number, plain_number
from app.learning.types import NotANumber, Response, UnreadableAnswer


def normalise(item: Item, response: Mapping[str, Any]) -> Response:
    """The response in the one form that is stored; raises UnreadableAnswer when it is none.

    Unfinished orderings, matchings and figures are kept, so that nothing typed is lost.
    """
    try:
        match item.type:
            case ItemType.SINGLE:
                return _chosen("option", _known(response.get("option"), item.options))
            case ItemType.MULTIPLE:
                return _options(item.options, response.get("options", []))
            case ItemType.TRUE_FALSE:
                return _truth(response.get("value"))
            case ItemType.ORDERING:
                return _places(item, response.get("places", {}))
            case ItemType.MATCHING:
                return _pairs(item, response.get("pairs", {}))
            case ItemType.NUMERIC:
                return _figures(item, response.get("figures", []))
    except (TypeError, AttributeError) as error:  # another shape than the type's
        raise UnreadableAnswer from error


def is_complete(item: Item, response: Mapping[str, Any]) -> bool:
    """Whether a stored response answers the whole item."""
    match item.type:
        case ItemType.ORDERING:
            return sorted(response.get("places", {}).values()) == _all_places(item)
        case ItemType.MATCHING:
            return len(response.get("pairs", {})) == len(item.left)
        case ItemType.NUMERIC:
            return bool(response) and all(response["figures"])
        case _:
            return bool(response)


def _chosen(name: str, value: object) -> Response:
    return {} if value is None else {name: value}


def _known(key: object, keys: Sequence[str]) -> str | None:
    if key is None:
        return None
    if key not in keys:
        raise UnreadableAnswer
    return str(key)


def _options(options: Sequence[str], given: Sequence[object]) -> Response:
    keys = {_known(key, options) for key in given}
    return {"options": [key for key in options if key in keys]} if keys else {}


def _truth(value: object) -> Response:
    if value is not None and not isinstance(value, bool):
        raise UnreadableAnswer
    return _chosen("value", value)


def _places(item: OrderingItem, given: Mapping[str, object]) -> Response:
    for key, place in given.items():
        if _known(key, item.options) is None or place not in _all_places(item):
            raise UnreadableAnswer
    return {"places": {key: given[key] for key in sorted(given)}} if given else {}


def _all_places(item: OrderingItem) -> list[int]:
    return list(range(1, len(item.options) + 1))


def _pairs(item: MatchingItem, given: Mapping[str, object]) -> Response:
    for left, right in given.items():
        if _known(left, item.left) is None or _known(right, item.right) is None:
            raise UnreadableAnswer
    return {"pairs": {left: given[left] for left in sorted(given)}} if given else {}


def _figures(item: NumericItem, given: Sequence[str]) -> Response:
    fields = len(item.answer.figures)
    if len(given) > fields or isinstance(given, str):
        raise UnreadableAnswer
    figures = [_figure(text, field) for field, text in enumerate(given)]
    figures += [""] * (fields - len(figures))
    return {"figures": figures} if any(figures) else {}


def _figure(text: str, field: int) -> str:
    try:
        number = parse_number(text)
    except NotANumber as error:
        raise NotANumber(field) from error
    return "" if number is None else plain_number(number)
