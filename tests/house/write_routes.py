"""Write the table of routes down again after a wanted change.

Run it as `python -m tests.house.write_routes`.
"""

from __future__ import annotations

from dataclasses import replace

from app import create_app
from app.config import Settings
from tests.house.addresses import routes_of
from tests.house.test_routes import TABLE

if __name__ == "__main__":
    app = create_app(replace(Settings(), database_url="sqlite://"))
    lines = [f"{r.endpoint}\t{r.method}\t{r.rule}\t{r.access}" for r in routes_of(app)]
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")
