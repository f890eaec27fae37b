"""What every page shares: the order of a request, headers, error pages and template words."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from datetime import date, datetime
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, flash, g, redirect, render_template, request
from flask.templating import Environment
from flask_compress import Compress
from flask_wtf.csrf import CSRFError, CSRFProtect
from jinja2 import StrictUndefined
from markupsafe import Markup, escape
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, Unauthorized
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response as AnyResponse

from app.config import Settings, UnsafeSettings
from app.core import identity, keys, pades
from app.core.addresses import page_before
from app.core.assets import asset, serve_static
from app.core.db import Database, close_session, reading
from app.core.errors import DomainError, TooMany, UnreadableText
from app.core.events import new_event_id
from app.core.faults import fault_told, said
from app.core.i18n import (
    LANGUAGE_COOKIE,
    LANGUAGES,
    _,
    breakable,
    current_language,
    format_date,
    format_datetime,
    format_list,
    language_record,
    ngettext,
    url_in,
)
from app.core.passwords import use_pepper
from app.core.permissions import Permission, may

log = logging.getLogger(__name__)
YEAR = 365 * 24 * 3600
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)


@dataclass(frozen=True, slots=True)
class Kapok:
    """What belongs to one application: its settings and its database."""

    settings: Settings
    database: Database


class OneMapEnvironment(Environment):
    """Flask's, with the same map of globals for every template.

    Jinja lays a map of its own over it for each template and compares them at every import, which
    took a twentieth of a lesson's page.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The environment's globals; a template with its own gets Jinja's layered map."""
        return super().make_globals(d) if d else self.globals


def settings() -> Settings:
    """The settings of the running application."""
    kapok: Kapok = current_app.extensions["kapok"]
    return kapok.settings


def configure(app: Flask, given: Settings) -> None:
    """Set Flask's own options from ours; raises UnsafeSettings for a debugger in production."""
    if given.is_production and app.debug:
        raise UnsafeSettings("FLASK_DEBUG is on: a debugger never runs in production.")
    secure = given.base_url.startswith("https://")
    app.jinja_environment = OneMapEnvironment
    app.config.update(
        SECRET_KEY=given.secret_key,
        MAX_CONTENT_LENGTH=given.max_request_bytes,
        MAX_FORM_MEMORY_SIZE=given.max_request_bytes,
        SESSION_COOKIE_NAME="__Host-kapok" if secure else "kapok",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=30 * 24 * 3600,
        SESSION_REFRESH_EACH_REQUEST=False,  # identity renews it while a person is active
        WTF_CSRF_TIME_LIMIT=None,  # an assessment left open overnight can still be sent
        WTF_CSRF_SSL_STRICT=False,  # the token decides; many proxies and apps drop Referer
        TEMPLATES_AUTO_RELOAD=given.demo,  # `make run` shows a changed page at once
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=4,
        COMPRESS_LEVEL=5,
        COMPRESS_MIN_SIZE=500,
    )
    use_pepper(given.secret_key)
    keys.use_folder(given.data_dir / "keys", given.base_url)
    pades.use_time_stamps(given.tsa_url)
    if given.is_production:  # no link or check is ever built on a stranger's Host
        app.config["TRUSTED_HOSTS"] = [urlsplit(given.base_url).hostname, "127.0.0.1", "localhost"]
    app.extensions["kapok"] = Kapok(given, Database(given.database))


def init_web(app: Flask) -> None:
    """Connect what every page shares."""
    CSRFProtect(app)
    Compress(app)
    app.teardown_appcontext(close_session)
    app.before_request(_number_request)
    app.before_request(_refuse_nul)
    app.after_request(_finish)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.policies["ext.i18n.trimmed"] = True  # as translations/babel.cfg extracts it
    app.context_processor(_words)
    app.jinja_env.globals.update(
        asset=asset,
        event_id=new_event_id,
        fault_told=fault_told,
        has_endpoint=has_endpoint,  # a global, so that imported macros see it too
        said=said,
        LANGUAGES=LANGUAGES,
        Permission=Permission,
    )
    app.jinja_env.filters.update(
        wrap=wrap,
        listed=format_list,
        date=_date,
        datetime=_datetime,
        minutes=minutes,
        kilobytes=kilobytes,
    )
    _handle_errors(app)
    given: Settings = app.extensions["kapok"].settings
    serve_static(app, autorefresh=not given.is_production)
    hops = given.trusted_proxies
    if hops:
        wrapped: Any = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)
        app.wsgi_app = wrapped  # type: ignore[method-assign]


def open_room(app: Flask, module: ModuleType) -> None:
    """Register what a room's module offers: `init`, `group` (commands), `blueprint`, `plain`.

    Pages of `blueprint` begin with the language, those of `plain` do not.
    """
    if hasattr(module, "init"):
        module.init(app)
    if hasattr(module, "group"):
        app.cli.add_command(module.group)
    if hasattr(module, "blueprint"):
        app.register_blueprint(module.blueprint, url_prefix="/<language:lang>")
    if hasattr(module, "plain"):
        app.register_blueprint(module.plain)


def _number_request() -> None:
    g.request_id = secrets.token_hex(8)


def _refuse_nul() -> None:
    """Nobody can type U+0000, and PostgreSQL cannot store it: no address and no field holds it."""
    sent = (*request.args.items(multi=True), *request.form.items(multi=True))
    if "\0" in request.path or any("\0" in value for _name, value in sent):
        raise UnreadableText


def _words() -> dict[str, Any]:
    person = identity.person_or_none()
    return {
        "language": language_record(),
        "url_in": url_in,
        "person": person,
        "may": lambda permission: may(person, permission),
        "demo": settings().demo,
        "_": _,
        "ngettext": ngettext,
    }


def has_endpoint(name: str) -> bool:
    """Whether the application has a page of this endpoint name."""
    return name in current_app.view_functions


def wrap(text: object) -> Markup:
    """Stored text, escaped, with break opportunities for Lao and Khmer."""
    return Markup(breakable(str(escape(text))))  # noqa: S704 (escaped in the same line)


def _date(day: date | datetime) -> str:
    return format_date(day)


def _datetime(at: datetime) -> str:
    return format_datetime(at)


def minutes(number: int) -> str:
    """A duration in the symbol that all five languages share."""
    return f"{number}\u00a0min"


def kilobytes(number: int) -> str:
    """A size in kB, at least 1."""
    return f"{max(1, round(number / 1000))}\u00a0kB"


def _finish(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    headers.setdefault("X-Request-Id", g.get("request_id", "-"))
    if settings().base_url.startswith("https://"):
        headers.setdefault("Strict-Transport-Security", f"max-age={YEAR}; includeSubDomains")
    if request.endpoint != "static":
        headers.setdefault("Cache-Control", "no-store" if identity.is_signed_in() else "no-cache")
        headers.setdefault("Content-Language", language_record().html)
    if request.path.strip("/").split("/")[0] not in LANGUAGES:  # the reader's own wish decided
        response.vary.update(("Accept-Language", "Cookie"))
    _remember_language(response)
    return response


def _remember_language(response: Response) -> None:
    code = current_language()
    is_page = (response.mimetype == "text/html") and response.status_code == 200
    if is_page and request.cookies.get(LANGUAGE_COOKIE) != code:
        response.set_cookie(
            LANGUAGE_COOKIE,
            code,
            max_age=YEAR,
            samesite="Lax",
            httponly=True,
            secure=settings().base_url.startswith("https://"),
        )


def _handle_errors(app: Flask) -> None:
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(OperationalError, _busy)
    app.register_error_handler(PoolTimeout, _busy)
    app.register_error_handler(Exception, _crash)


def _domain_error(error: DomainError) -> AnyResponse:
    response = error_page(error.status, said(error))
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _csrf_error(_error: CSRFError) -> AnyResponse:
    return error_page(400, _("This form was open too long or in another session. Send it again."))


def _http_error(error: HTTPException) -> AnyResponse:
    if isinstance(error, Unauthorized):
        return identity.to_sign_in()
    response = error.get_response()
    if error.code is None or error.code < 400:
        return response
    page = error_page(error.code, None)
    for name in ("Allow", "Retry-After"):
        if name in response.headers:
            page.headers[name] = response.headers[name]
    return page


def _busy(error: Exception) -> AnyResponse:
    log.error("request %s: database: %s", g.get("request_id", "-"), type(error).__name__)
    response = error_page(503, None)
    response.headers["Retry-After"] = "5"
    return response


def _crash(error: Exception) -> AnyResponse:
    if current_app.testing:
        raise error
    log.error("request %s failed", g.get("request_id", "-"), exc_info=error)
    return error_page(500, None)


def error_page(status: int, message: str | None) -> Response:
    """The page for a refused or failed request, in the reader's language."""
    _give_up_changes(status)
    if request.path.endswith(".json") or request.accept_mimetypes.best == "application/json":
        return Response(
            current_app.json.dumps({"status": status, "message": message}),
            status,
            mimetype="application/json",
        )
    before = page_before(request)
    html = render_template("errors/error.html", status=status, message=message, before=before)
    page = Response(html, status, mimetype="text/html")
    if status >= 500:
        page.headers["Cache-Control"] = "no-store"
    return page


def _give_up_changes(status: int) -> None:
    if status >= 500:
        close_session()
        identity.ask_no_more()
    elif "db" in g:
        # Not closed: the page still shows the person, whose row loads again after a write.
        reading().rollback()


def row_number(text: str) -> int:
    """A number from an address, as `request.args.get(…, type=row_number)` takes it.

    Raises ValueError for what no row or page can have: PostgreSQL's integers end there.
    """
    number = int(text)
    if not 0 <= number < 2**31:
        raise ValueError(text)
    return number


def back_to(address: str, message: str | None = None, tone: str = "good") -> AnyResponse:
    """Redirect after a write (303), with one sentence that the next page shows."""
    if message:
        flash(message, tone)
    return redirect(address, 303)


def device_label() -> str:
    """Browser and system families of this request, for the list of one's own sessions."""
    agent = request.headers.get("User-Agent", "")
    browsers = ("MicroMessenger", "Zalo", "Edg", "Firefox", "Chrome", "Safari")
    systems = ("Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux")
    names = {"MicroMessenger": "WeChat", "Edg": "Edge", "Mac OS": "macOS"}
    found = [next((n for n in group if n in agent), "") for group in (browsers, systems)]
    return " · ".join(names.get(name, name) for name in found if name) or "–"


DEVICE_COOKIE = "device"


def device_key() -> str:
    """A random name of this browser, only to count its failed sign-ins; see `keep_device`."""
    known = request.cookies.get(DEVICE_COOKIE, "")
    if not g.get("device"):
        g.device = known if len(known) == 32 and known.isalnum() else secrets.token_hex(16)
    return str(g.device)


def keep_device(response: AnyResponse) -> AnyResponse:
    """Let the browser remember its random name."""
    response.set_cookie(
        DEVICE_COOKIE,
        device_key(),
        max_age=YEAR,
        httponly=True,
        samesite="Lax",
        secure=settings().base_url.startswith("https://"),
    )
    return response


def once(make: Callable[[], Any], name: str) -> Any:
    """A value made once a request."""
    if name not in g:
        setattr(g, name, make())
    return g.get(name)
