"""Editing templates: states that never change, two at once, pictures, previews, choices."""

from __future__ import annotations

import io
import shutil
import struct
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any
from zlib import compress, crc32

import pytest
from PIL import Image, ImageDraw
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.certificates import loader, rendering, services
from app.certificates.loader.content import Kind
from app.certificates.models import Certificate, CertificateTemplateVersion
from app.certificates.services.template_pictures import re_encoded
from app.certificates.types.templates import (
    BarredSign,
    BarredWord,
    ConsentOfSignatoryMissing,
    LettersMissing,
    MarkLost,
    NoPicture,
    NothingChanged,
    OtherKind,
    PageTooFull,
    PictureOfAnother,
    PictureTooBig,
    PictureTooHard,
    ProtectedEmblem,
    TemplateChanged,
    TooManyPixels,
    WordsMissing,
)
from app.core import audit
from app.core.db import Database, begin_write
from app.core.errors import EventConflict
from app.core.events import new_event_id
from app.core.languages import LANGUAGES
from tests.certificates.conftest import BASE_URL, SLUG, Ready
from tests.factories import AT, make_administrator


def content(**changes: Any) -> dict[str, Any]:
    return {**loader.template("default").content.model_dump(mode="json"), **changes}


def titled(word: str) -> dict[str, Any]:
    return content(title={**loader.template("default").data.title, "en": word})


def save(db: Session, by: User, what: dict[str, Any], base: int = 0, event: str = "") -> Any:
    return services.save(db, "default", what, base, by, event or new_event_id(), AT)


def picture_file(
    colour: str = "navy", size: tuple[int, int] = (300, 120), kind: str = "PNG"
) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()


def bomb(side: int) -> bytes:
    """A PNG of a few bytes that says it has so many pixels a side."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", compress(bytes(100_000))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def signature(db: Session, by: User, owner: str, **changes: Any) -> Any:
    values = {"consent_on": date(2026, 3, 1), "consent_note": "Binder 3, sheet 12"}
    draft = services.PictureDraft(
        services.SIGNATURE, owner, re_encoded(picture_file()), **{**values, **changes}
    )
    return services.add_picture(db, draft, by, new_event_id(), AT)


# --- states ----------------------------------------------------------------------------------


def test_a_saved_state_counts_from_now_on_and_old_certificates_keep_theirs(
    db: Session, ready: Ready, issue: Callable[..., list[Certificate]], administrator: User
) -> None:
    before = issue(ready())[0]
    row = save(db, administrator, titled("Certificate of Training"), base=1)
    after = issue(ready(native_name="ວັນນາ ສີສຸກ", latin_name="SISOUK VANNA"))[0]
    assert (before.facts["title"]["en"], after.facts["title"]["en"]) == (
        "Certificate of Completion",
        "Certificate of Training",
    )
    assert after.facts["template_version"] == row.number == 2
    old = services.frozen(db, before.facts)
    assert (old.version, old.data.title["en"]) == (1, "Certificate of Completion")
    assert old.digest == before.facts["template_digest"] != row.digest
    acts = audit.trail_of(db, "certificate_template", "default")
    assert [one.action for one in acts] == ["certificates.save-template"]


def test_of_one_event_twice_at_once_both_get_the_first_answer(
    db: Session, database: Database, administrator: User
) -> None:
    event, by = new_event_id(), administrator.id
    db.commit()

    def press() -> int:
        with database.session() as own:
            begin_write(own)
            row = save(own, own.get_one(User, by), titled("Certificate of Training"), event=event)
            own.commit()
            return row.id

    first = save(db, administrator, titled("Certificate of Training"), event=event)
    with ThreadPoolExecutor(1) as pool:
        second = pool.submit(press)
        with pytest.raises(TimeoutError):
            second.result(timeout=0.3)  # it waits for the database, which decides
        db.commit()
        assert second.result() == first.id


def test_a_kept_state_draws_the_same_page_when_the_design_files_change(
    db: Session, administrator: User, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = services.to_print(db, "default", AT)
    facts = rendering.sample_facts(kept, "lo", BASE_URL)
    page = rendering.page(facts, kept)
    folder = shutil.copytree(loader.FOLDER, tmp_path / "all") / "default"
    html = (folder / "template.html").read_text("utf-8")
    (folder / "template.html").write_text(html.replace("<body", "<body id='new'"), "utf-8")
    monkeypatch.setattr(loader, "FOLDER", folder.parent)
    loader.template.cache_clear()
    try:
        assert rendering.page(facts, services.frozen(db, facts)) == page
        newer = services.to_print(db, "default", AT)
        assert (newer.version, "id='new'" in newer.html) == (2, True)
    finally:
        loader.template.cache_clear()


def test_a_second_administrator_is_told(db: Session, administrator: User) -> None:
    save(db, administrator, titled("Certificate of Training"))
    with pytest.raises(TemplateChanged):
        save(db, make_administrator(db), titled("Certificate of Practice"))
    assert services.current(db, "default").data.title["en"] == "Certificate of Training"


def test_the_same_event_again_is_the_same_state(db: Session, administrator: User) -> None:
    event = new_event_id()
    first = save(db, administrator, titled("Certificate of Training"), event=event)
    assert save(db, administrator, titled("Certificate of Training"), event=event) is first
    with pytest.raises(EventConflict):
        save(db, administrator, titled("Certificate of Practice"), event=event)


def test_nothing_changed_is_nothing_saved(db: Session, administrator: User) -> None:
    with pytest.raises(NothingChanged):
        save(db, administrator, content())


def test_an_earlier_state_comes_back_as_a_new_one(db: Session, administrator: User) -> None:
    save(db, administrator, titled("Certificate of Training"))
    save(db, administrator, titled("Certificate of Practice"), base=1)
    row = services.restore(db, "default", 1, 2, administrator, new_event_id(), AT)
    assert (row.number, row.restores) == (3, 1)
    assert services.current(db, "default").data.title["en"] == "Certificate of Training"
    count = select(func.count()).select_from(CertificateTemplateVersion)
    assert db.scalar(count) == 3


# --- rules -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"title": {"zh": "国家培训结业证书"}}, BarredWord),
        ({"title": {"zh": "职业 资格证书"}}, BarredWord),
        ({"programme": {"en": "Emergency 120 Programme"}}, BarredWord),
        ({"title": {"lo": " "}}, WordsMissing),
        ({"disclaimer": {"en": "✚ training"}}, BarredSign),
        ({"disclaimer": {"en": "training 😀"}}, LettersMissing),
    ],
)
def test_a_rule_of_wording_refuses_a_state(
    db: Session, administrator: User, change: dict[str, dict[str, str]], refusal: type[Exception]
) -> None:
    (name, words), *_rest = change.items()
    whole = content(**{name: {**getattr(loader.template("default").data, name), **words}})
    with pytest.raises(refusal):
        save(db, administrator, whole)


def test_a_percent_sign_cannot_break_the_page(db: Session, administrator: User) -> None:
    words = {**content()["words"], "hours": dict.fromkeys(LANGUAGES, "100 %")}
    with pytest.raises(MarkLost):
        save(db, administrator, content(words=words))


def test_a_text_without_room_on_the_page_is_refused_before_it_is_saved(db: Session) -> None:
    wide = services.checked(db, "default", titled("Certificate of completion of training " * 7))
    with pytest.raises(PageTooFull) as told:
        services.refuse_faults(wide, BASE_URL)
    assert told.value.values["language"] == "English"


# --- pictures --------------------------------------------------------------------------------


def test_a_picture_is_drawn_anew_and_made_smaller() -> None:
    clean = re_encoded(picture_file("teal", (2400, 1200), "JPEG"))
    with Image.open(io.BytesIO(clean)) as picture:
        assert (picture.format, picture.size, picture.info) == ("PNG", (1200, 600), {})


@pytest.mark.parametrize(
    ("sent", "refusal"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", NoPicture),
        (b"", NoPicture),
        (picture_file()[:90], NoPicture),
        (picture_file("teal", (800, 600))[:-1200], NoPicture),
        (picture_file(kind="GIF"), NoPicture),  # whatever its name says
        (bomb(50_000), TooManyPixels),
        (b"x" * 1_000_000, PictureTooBig),
    ],
)
def test_what_is_no_picture_is_refused(sent: bytes, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        re_encoded(sent)


def test_a_picture_that_takes_too_long_is_stopped_and_the_next_one_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("app.core.pdf.engine.UPLOAD_SECONDS", 0.001)
        with pytest.raises(PictureTooHard):
            re_encoded(picture_file("teal", (6000, 6000)))
    assert re_encoded(picture_file())


def test_the_web_process_itself_opens_only_the_new_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[bytes] = []
    real = Image.open

    def noted(file: io.BytesIO, **more: Any) -> Image.Image:
        opened.append(file.getvalue())
        return real(file, **more)

    monkeypatch.setattr(Image, "open", noted)
    kept = re_encoded(picture_file("teal", (640, 480), "JPEG"))
    assert opened == [kept]


def test_a_photograph_stands_as_the_camera_was_held() -> None:
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 6  # a quarter turn
    Image.new("RGB", (2400, 1200), "teal").save(out, "JPEG", exif=exif)
    with Image.open(io.BytesIO(re_encoded(out.getvalue()))) as picture:
        assert (picture.size, picture.info) == ((600, 1200), {})


def test_a_red_cross_is_refused_and_a_red_flower_is_not() -> None:
    cross, flower = Image.new("RGB", (400, 300), "white"), Image.new("RGB", (400, 300), "white")
    pen = ImageDraw.Draw(cross)
    pen.rectangle((170, 60, 230, 240), fill="#e2001a")
    pen.rectangle((110, 120, 290, 180), fill="#e2001a")
    pen = ImageDraw.Draw(flower)
    for x, y in ((200, 80), (130, 130), (270, 130), (160, 210), (240, 210)):
        pen.ellipse((x - 35, y - 35, x + 35, y + 35), fill="#b5371f")
    for picture, is_refused in ((cross, True), (flower, False)):
        out = io.BytesIO()
        picture.save(out, "PNG")
        if is_refused:
            with pytest.raises(ProtectedEmblem):
                re_encoded(out.getvalue())
        else:
            assert re_encoded(out.getvalue())


def test_a_signature_needs_its_signatorys_consent_and_name(
    db: Session, administrator: User
) -> None:
    with pytest.raises(ConsentOfSignatoryMissing):
        signature(db, administrator, "农兰 · Nong Lan", consent_note=" ")
    kept = signature(db, administrator, "农兰 · Nong Lan")
    people = [dict(person) for person in content()["signatories"]]
    people[0]["picture"] = kept.key
    with pytest.raises(PictureOfAnother):
        save(db, administrator, content(signatories=people))
    people[0]["picture"], people[1]["picture"] = None, kept.key
    save(db, administrator, content(signatories=people))
    template = services.to_print(db, "default", AT)
    page = rendering.page(rendering.sample_facts(template, "km", BASE_URL), template)
    assert f'src="{kept.key}.png"' in page
    services.withdraw_picture(db, kept.key, administrator, AT)
    template = services.to_print(db, "default", AT)
    page = rendering.page(rendering.sample_facts(template, "km", BASE_URL), template)
    assert ".png" not in page


# --- choices ---------------------------------------------------------------------------------


def test_a_template_serves_only_what_it_is_made_for(db: Session, administrator: User) -> None:
    assert services.serving(db, Kind.PROGRAMME) == "programme"
    with pytest.raises(OtherKind):
        services.choose(db, {f"course:{SLUG}": "card"}, administrator, AT)
    assert services.choose(db, {f"course:{SLUG}": "default"}, administrator, AT) == []
