"""Every act that the trail keeps is told to administrators in words."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from app.accounts.views.words import ACTION_NAMES
from app.config import ROOT
from app.core.languages import LANGUAGES
from tests.house.world import World

RECORDERS = {"record", "_record", "_finish"}


def acts() -> Iterator[str]:
    """Every name of an act in the rooms' services, such as "cohorts.create"."""
    for path in sorted((ROOT / "app").glob("*/services/**/*.py")) + sorted(
        (ROOT / "app").glob("*/services.py")
    ):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _name_of(node) in RECORDERS:
                yield from (one.value for one in node.args if _is_act(one))


def _name_of(call: ast.Call) -> str:
    return getattr(call.func, "attr", None) or getattr(call.func, "id", "")


def _is_act(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and "." in node.value


def test_every_act_has_words() -> None:
    found = set(acts())
    assert len(found) > 20
    assert found - ACTION_NAMES.keys() == set()


def test_no_act_is_shown_by_its_bare_name(small_world: World) -> None:
    office = small_world.browser("administrator")
    for language in LANGUAGES:
        page = office.get(f"/{language}/people/audit").get_data(as_text=True)
        bare = [act for act in ACTION_NAMES if f">{act}<" in page]
        assert bare == [], language
