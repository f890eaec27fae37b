"""The test client: it checks every page it opens and fills in forms as a browser would."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import urljoin, urlsplit

from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.core.clock import now
from tests.pages import Page, faults_of, read_page


class CheckedClient(FlaskClient):
    """A browser without a screen. What the test wrote is committed before each request."""

    db: Session | None = None

    def open(self, *args: Any, csrf: bool = True, **kwargs: Any) -> TestResponse:
        """Ask for an address; POST carries the form token unless `csrf` is off."""
        if self.db is not None and self.db.in_transaction():
            self.db.commit()
        if csrf and str(kwargs.get("method", "")).upper() == "POST" and "json" not in kwargs:
            kwargs["data"] = self._with_token(kwargs.get("data"))
        response = super().open(*args, **kwargs)
        sent = response.request.environ["wsgi.input"]
        if not isinstance(sent, io.BytesIO):  # an upload over 500 kB: a file that nobody closes
            sent.close()
        if self.db is not None:
            self.db.expire_all()
        self._check(response)
        return response

    def page(self, address: str) -> Page:
        """Open an address and read its page."""
        return read_page(self.get(address).get_data(as_text=True))

    def submit(self, address: str, given: dict[str, Any], form: str = "") -> TestResponse:
        """Open a page, fill in its form (the one whose action or field holds `form`), send it."""
        opened = self.get(address)
        forms = read_page(opened.get_data(as_text=True)).forms
        wanted = [one for one in forms if one.method == "post" and _holds(one, form, given)]
        assert wanted, (
            f"{opened.status_code} {address} has no such form: {[f.names for f in forms]}"
        )
        target = urljoin(opened.request.path, wanted[0].action or opened.request.full_path)
        return self.post(target, data={**wanted[0].values, **given})

    def sign_in_as(self, token: str) -> None:
        """Take over a live session, as the sign-in page would give it."""
        with self.session_transaction() as session:
            session.update(_user_id=token, _fresh=True, seen=int(now().timestamp() // 60))
            session.permanent = True

    def _with_token(self, data: Any) -> dict[str, Any]:
        values = dict(data or {})
        if "csrf_token" in values:
            return values
        request = self.application.test_request_context()
        with self.session_transaction() as session, request as context:
            context.session.update(session)
            values["csrf_token"] = generate_csrf()
            session["csrf_token"] = context.session["csrf_token"]
        return values

    def _check(self, response: TestResponse) -> None:
        html = response.get_data(as_text=True) if response.mimetype == "text/html" else ""
        if response.status_code in {301, 302, 303, 307, 308} or "<html" not in html:
            return
        faults = faults_of(read_page(html))
        assert not faults, f"{response.request.path}: {'; '.join(faults)}"


def _holds(form: Any, wanted: str, given: dict[str, Any]) -> bool:
    named = wanted in urlsplit(form.action).path or wanted in form.names if wanted else True
    return named and set(given) <= form.names
