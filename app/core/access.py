"""The table of all addresses and who may open them, read from the application itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from flask import Flask
from werkzeug.routing import Rule

from app.config import ROOT
from app.core.permissions import ROLE_PERMISSIONS, Permission, access_of

PAGE = ROOT / "docs" / "permissions.md"
MARK = "## Every address\n"
ROLES = tuple(ROLE_PERMISSIONS)


def access_table(app: Flask) -> str:
    """The table as Markdown, sorted by address."""
    head = ["Address", "Method", "Permission", "visitor", *ROLES]
    lines = [head, ["---"] * len(head), *sorted(_lines(app))]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def write_access_page(app: Flask, page: Path = PAGE) -> None:
    """Put today's table into the page, below its heading; what stands above stays."""
    above = page.read_text(encoding="utf-8").split(MARK)[0]
    page.write_text(f"{above}{MARK}\n{access_table(app)}", encoding="utf-8")


def _lines(app: Flask) -> Iterator[list[str]]:
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        access = access_of(app.view_functions[rule.endpoint]) or "nobody"
        who = ["yes" if _is_open_to(role, access) else "–" for role in ("", *ROLES)]
        yield [f"`{_address(rule)}`", _methods(rule), access, *who]


def _is_open_to(role: str, access: str) -> bool:
    if access == "public":
        return True
    return bool(role) and Permission(access) in ROLE_PERMISSIONS[role]


def _address(rule: Rule) -> str:
    parts = rule.rule.split("<")
    return "<".join([parts[0], *(part.split(":", 1)[-1] for part in parts[1:])])


def _methods(rule: Rule) -> str:
    return ", ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
