"""The pages of templates: preview, saving, going back, and pictures."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.certificates import services
from app.certificates.forms.templates import filled
from app.certificates.models import Certificate, CertificateTemplateVersion
from app.certificates.types.templates import (
    BarredWord,
)
from app.cohorts import services as cohorts
from app.cohorts.models import Cohort
from app.core.events import new_event_id
from app.core.languages import LANGUAGES
from tests.browsing import CheckedClient
from tests.certificates.conftest import BASE_URL, TODAY, Ready
from tests.certificates.test_template_editor import bomb, picture_file, save, titled
from tests.certificates.test_views import make_files
from tests.factories import AT, make_administrator, make_instructor, make_trainee
from tests.pages import as_read

SignIn = Callable[[User], CheckedClient]
PAGE = "/en/certificates/templates"


@pytest.fixture
def office(sign_in: SignIn, administrator: User) -> CheckedClient:
    """The administrator's browser."""
    return sign_in(administrator)


def form_of(db: Session, name: str = "default") -> dict[str, str]:
    """What the browser would send from the edit page."""
    values = filled(services.current(db, name).content)
    base = str(services.base_number(db, name))
    more = {"event_id": new_event_id(), "base": base, "language": "lo", "cohort": ""}
    kept = {key: "y" if value is True else value for key, value in values.items() if value}
    return {**kept, **more}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_open_in_every_language(office: CheckedClient, language: str) -> None:
    for path in ("", "/default", "/default/edit", "/card/edit"):
        assert office.get(f"/{language}/certificates/templates{path}").status_code == 200
    assert office.get(f"/{language}/certificates/pictures").status_code == 200


def test_only_an_administrator_comes_here(sign_in: SignIn, db: Session) -> None:
    for user in (make_trainee(db), make_instructor(db)):
        assert sign_in(user).get(PAGE).status_code == 403
    assert sign_in(make_administrator(db)).get(f"{PAGE}/nothing").status_code == 404


def test_a_preview_shows_the_sample_and_real_people_and_saves_nothing(
    office: CheckedClient, db: Session, cohort: Cohort
) -> None:
    for native, latin in (("ສົມພອນ ແກ້ວມະນີ", "KEOMANY SOMPHONE"), ("王", "WANG")):
        person = make_trainee(db, native_name=native, latin_name=latin)
        cohorts.add_member(db, cohort, person, AT)
    db.commit()
    form = form_of(db)
    form["title-en"], form["cohort"], form["action"] = (
        "Certificate of Training",
        cohort.key,
        "preview",
    )
    answer = office.post(f"{PAGE}/default/edit", data=form)
    assert answer.status_code == 200
    pictures = [part.split('"')[0] for part in answer.text.split('<img src="')[1:]]
    assert len(pictures) == 3
    drawn = office.get(pictures[1])
    assert (drawn.mimetype, drawn.data[:4]) == ("image/png", b"\x89PNG")
    assert db.scalar(select(func.count()).select_from(CertificateTemplateVersion)) == 0


def test_a_barred_word_is_told_beside_its_field(office: CheckedClient, db: Session) -> None:
    form = form_of(db)
    form["title-zh"], form["action"] = "国家证书", "save"
    answer = office.post(f"{PAGE}/default/edit", data=form)
    assert answer.status_code == 422
    assert 'id="title-zh-error"' in answer.text


def test_an_edited_template_is_saved_and_brought_back(office: CheckedClient, db: Session) -> None:
    form = form_of(db, "attendance")
    form["title-en"], form["action"] = "Note of Attendance", "save"
    assert office.post(f"{PAGE}/attendance/edit", data=form).status_code == 303
    page = office.get(f"{PAGE}/attendance").text
    assert "Note of Attendance" in page
    form = form_of(db, "attendance")
    form["title-en"], form["action"] = "Letter of Presence", "save"
    assert office.post(f"{PAGE}/attendance/edit", data=form).status_code == 303
    back = {"event_id": new_event_id(), "base": "2", "number": "1"}
    assert office.post(f"{PAGE}/attendance/restore", data=back).status_code == 303
    assert "Note of Attendance" in office.get(f"{PAGE}/attendance").text


def test_an_earlier_state_that_a_rule_refuses_now_is_told_on_the_templates_page(
    office: CheckedClient, db: Session, administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(db, administrator, titled("Certificate of Training"))
    save(db, administrator, titled("Certificate of Practice"), base=1)
    db.commit()
    back = {"event_id": new_event_id(), "base": "0", "number": "1"}
    late = office.post(f"{PAGE}/default/restore", data=back)
    assert (late.status_code, "Versions</h2>" in late.text) == (409, True)
    assert "Somebody else has saved this template" in late.text

    def refuse(*_args: object) -> None:
        raise BarredWord(word="Training")

    monkeypatch.setattr(services, "checked", refuse)
    refused = office.post(f"{PAGE}/default/restore", data={**back, "base": "2"})
    assert (refused.status_code, "Versions</h2>" in refused.text) == (422, True)
    assert "may not stand in a title" in refused.text


def test_a_picture_is_sent_and_taken_back(office: CheckedClient, db: Session) -> None:
    sent = {
        "event_id": new_event_id(),
        "kind": "logo",
        "label": "广西大学",
        "no_emblem": "y",
        "file": (io.BytesIO(picture_file()), "logo.png"),
    }
    assert office.post("/en/certificates/pictures", data=sent).status_code == 303
    (kept,) = services.pictures(db, services.LOGO)
    assert office.get(f"/en/certificates/pictures/{kept.key}.png").data[:4] == b"\x89PNG"
    assert office.get(f"/en/certificates/pictures/{kept.key}/withdraw").status_code == 200
    assert office.post(f"/en/certificates/pictures/{kept.key}/withdraw").status_code == 303
    db.expire_all()
    assert services.pictures(db, services.LOGO) == []


def test_a_certificate_is_printed_with_the_state_it_was_issued_with(
    app: Flask,
    db: Session,
    ready: Ready,
    issue: Callable[..., list[Certificate]],
    administrator: User,
) -> None:
    save(db, administrator, titled("Certificate of Training"))
    certificate = issue(ready())[0]
    save(db, administrator, titled("Certificate of Practice"), base=1)
    db.commit()
    make_files(app)
    db.refresh(certificate)
    file = services.file_of(db, certificate)
    assert file.content.startswith(b"%PDF")
    assert services.frozen(db, certificate.facts).data.title["en"] == "Certificate of Training"


def test_hardest_names_are_the_widest(db: Session) -> None:
    people = [make_trainee(db, native_name=name) for name in ("王", "ສົມພອນ ແກ້ວມະນີ", "Ana")]
    assert services.hardest_names(people)[0].native_name == "ສົມພອນ ແກ້ວມະນີ"
    template = services.current(db, "default")
    facts = services.facts_of(template, people[0], TODAY, BASE_URL)
    assert (facts["names"]["native"], facts["serial"]) == ("王", "KPK-0000-000000-0")


def test_a_picture_that_is_refused_says_why_in_the_readers_language(
    office: CheckedClient, db: Session
) -> None:
    sent = {"event_id": new_event_id(), "kind": "logo", "label": "Logo", "no_emblem": "y"}
    file = (io.BytesIO(bomb(50_000)), "logo.png")
    told = office.post("/km/certificates/pictures", data={**sent, "file": file})
    assert told.status_code == 422
    assert "រូបមានលើសពី 40 លានភីកសែល" in as_read(told.text)
    assert services.pictures(db, services.LOGO) == []
