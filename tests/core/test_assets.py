"""Assets: names that carry the digest of their content."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.core import assets


def test_a_name_leads_to_the_file_with_its_digest(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps({"app.css": "css/app-3VWUQ445.css"}))
    assert assets.built_name("app.css", manifest) == "css/app-3VWUQ445.css"


def test_an_asset_that_was_not_built_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(assets.AssetMissing, match="make assets"):
        assets.built_name("app.css", tmp_path / "manifest.json")


def test_every_entry_of_the_manifest_is_a_file() -> None:
    names = json.loads(assets.MANIFEST.read_text(encoding="utf-8"))
    missing = [name for name in names.values() if not (assets.MANIFEST.parent / name).is_file()]
    assert names
    assert missing == []
