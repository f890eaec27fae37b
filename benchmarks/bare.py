"""The least that Flask can do, to be served beside the site: one page from one template."""

from __future__ import annotations

from flask import Flask, render_template
from jinja2 import DictLoader

PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Hello</title></head>
<body><h1>Hello</h1><p>This is {{ name }}.</p></body></html>
"""

app = Flask("bare")
app.jinja_loader = DictLoader({"hello.html": PAGE})


@app.get("/en/hello")
def hello() -> str:
    """A page that reads nothing and knows nobody."""
    return render_template("hello.html", name="Kapok")
