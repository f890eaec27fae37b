"""What an instructor does from a list in a file to the closed books of a training day.

Everything is found as a person finds it: by what stands on it, in the language of the pages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

import pypdfium2
from playwright.sync_api import Locator, Page, expect

from app.courses.library import library
from app.courses.types import SheetWords
from app.practicals.rendering import sheet_words
from tests.browser.journey import SLUG
from tests.browser.looking import Looking, Words, read
from tests.cohorts.lists import wide
from tests.pages import as_read

CPR, CHOKING = "adult-cpr-aed", "choking-recovery"
CODE_ON_A_CARD = re.compile(r"\b[2-9A-Z]{3}(?:-[2-9A-Z]{3}){2}\b")

#: Whom the list has and who can be taken from it, as Kapok writes them.
SOMSAMAI, NAMFON, CHANDARA, RATANAK, TUYET, LI_LEI, QIUYUE = (
    "ສົມສະໄໝ ແກ້ວມະນີ",
    "ນ້ຳຝົນ ພົມມະຈັນ",
    "សុខ ចាន់ដារ៉ា",
    "ស្ត្រី រតនៈ",
    "Nguyễn Thị Ánh Tuyết",
    "李雷",
    "覃秋月",
)
TAKEN = {SOMSAMAI, NAMFON, CHANDARA, RATANAK, TUYET, LI_LEI, QIUYUE}


def messy_list(intake: str) -> list[list[str]]:
    """Titles and empty rows, digits of a Chinese keyboard, a name with a space in it, somebody
    twice, a passport number that is none, and a heading that nobody knows. `intake`: the first
    four digits of all numbers, others for each list.
    """
    return [
        ["2026 年秋季急救培训班学员名单 · ລາຍຊື່ນັກສຶກສາ"],
        [],
        ["STT", "学号", "Họ và tên", "ຊື່ໃນໜັງສືຜ່ານແດນ", "ឈ្មោះចិន", "Nationality", "Travel doc."],
        ["1", f"{intake}001", SOMSAMAI, "SOMSAMAI KEOMANY", "宋赛美", "ລາວ", f"P{intake}501"],
        [
            "2",
            wide(f"{intake}002"),
            NAMFON,
            "NAMFON PHOMMACHANH",
            "",
            "老挝",
            wide(f"P{intake}502"),
        ],
        ["3", f"{intake}003", CHANDARA, "SOK CHANDARA", "速占达拉", "កម្ពុជា", ""],
        ["4", f"{intake}004", RATANAK, "STREY RATANAK", "", "KH", f"P{intake}504"],
        [],
        ["5", f"{intake}005", TUYET, "", "阮氏映雪", "Việt Nam", f"P{intake}505"],
        ["6", f"{intake}006", "李　雷", "LI LEI", "", "中国", ""],
        ["7", f"{intake}007", QIUYUE, "QIN QIUYUE", "", "China", f"P{intake}507"],
        ["8", "", "李雷", "", "", "China", ""],
        ["9", f"{intake}009", "ບຸນມີ ສີສຸລາດ", "BOUNMY SISOULATH", "", "Laos", "见附件"],
        [],
    ]


@dataclass
class Desk:
    """An instructor's browser, the words of its language, and an eye on each page."""

    page: Page
    words: Words
    look: Looking

    def link(self, message: str) -> None:
        """Follow the link with these words."""
        follow(self.page, self.page.get_by_role("link", name=self.words(message)))

    def button(self, message: str) -> None:
        """Press the button with these words; it leads to a page."""
        follow(self.page, self.page.get_by_role("button", name=self.words(message)))

    def fill(self, message: str, value: str) -> None:
        """Fill in the field with this label."""
        self.page.get_by_label(self.words.begins(message)).fill(value)

    def choose(self, message: str, value: str) -> None:
        """Choose from the list with this label."""
        self.page.get_by_label(self.words(message)).select_option(value)

    def tick(self, name: str | re.Pattern[str]) -> None:
        """Tick the box with this label."""
        self.page.get_by_role("checkbox", name=name).first.check()

    def back(self) -> None:
        """Go one page up by the link above the heading."""
        follow(self.page, self.page.locator("a.back"))

    def sees(self, *texts: str | re.Pattern[str]) -> None:
        """The page says this."""
        for text in texts:
            shown = read(text) if isinstance(text, str) else text
            expect(self.page.locator("body")).to_contain_text(shown)


def follow(page: Page, way: Locator) -> None:
    """Press what leads to another page, and wait for it."""
    with page.expect_navigation():
        way.first.click()


def make_cohort(desk: Desk, today: date) -> None:
    """A cohort of a university in Laos with one course and the day by which it is due."""
    page, title = desk.page, read(library().course(SLUG).title(desk.words.language))
    desk.link("Cohorts")
    desk.link("New cohort")
    desk.fill("Name of the cohort", "ວຽງຈັນ 2026")
    desk.fill("Partner university or organisation", "ມະຫາວິທະຍາໄລແຫ່ງຊາດລາວ")
    desk.choose("Country most trainees come from", "LA")
    desk.choose("Language proposed to people who join", "lo")
    desk.fill("First day", today.isoformat())
    desk.fill("Last day", (today + timedelta(days=60)).isoformat())
    desk.tick(title)
    due = page.get_by_label(re.compile(f"{desk.words.begins('Due date').pattern}.*{title.pattern}"))
    due.fill((today + timedelta(days=30)).isoformat())
    desk.look(page, "new-cohort")
    desk.button("Create the cohort")
    desk.look.glance(page, "cohort")


def import_list(desk: Desk, name: str, content: bytes) -> None:
    """The list from the file: one column is corrected, one row decided, one cannot be taken."""
    page, words, look = desk.page, desk.words, desk.look
    desk.link("A list from Excel")
    page.get_by_label(words("File with the list")).set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )
    desk.button("Upload the list")
    unknown = page.get_by_label(read("Travel doc."))
    expect(unknown).to_have_value("")
    unknown.select_option(label=words.text("Passport number"))
    look(page, "columns")
    desk.button("Show the preview")
    for number, state in ((7, "New"), (1, "To decide"), (1, "Problem"), (0, "Left out")):
        desk.sees(read(f"{number} {words.text(state)}"))
    desk.sees(words.text("Row %(row)s, column %(column)s", row=13, column="G"))
    look(page, "preview")
    page.get_by_label(words("Leave this row out")).check()
    desk.button("Save and continue")
    for number, state in ((7, "New"), (0, "To decide"), (1, "Problem"), (1, "Left out")):
        desk.sees(read(f"{number} {words.text(state)}"))
    look.glance(page, "confirm")
    follow(
        page,
        page.get_by_role(
            "button", name=words.plural("Import %(num)s row", "Import %(num)s rows", 7)
        ),
    )
    look(page, "imported")
    desk.link("Open the cohort")


def print_cards(desk: Desk, who: str) -> str:
    """Login cards for everybody; returns the code that stands on one person's card."""
    page = desk.page
    desk.link("Login cards")
    desk.look(page, "cards")
    desk.button("Prepare the cards")
    code = code_of(_pdf(page, page.get_by_role("link", name=desk.words("Cards (PDF)"))), who)
    desk.link("Login cards")
    desk.back()
    return code


def print_names(desk: Desk) -> None:
    """The sheet on which everybody checks and signs her names."""
    page = desk.page
    desk.link("Names to sign")
    sheet = _pdf(page, page.get_by_role("button", name=desk.words("Print the list (PDF)")))
    for name in (SOMSAMAI, CHANDARA, TUYET, QIUYUE):
        assert name in text_of(sheet)
    desk.back()


def _pdf(page: Page, opener: Locator) -> bytes:
    with page.expect_download() as download:
        opener.click()
    return download.value.path().read_bytes()


def text_of(content: bytes) -> str:
    """The text of a PDF's first page as a person reads it."""
    document = pypdfium2.PdfDocument(content)
    return " ".join(as_read(document[0].get_textpage().get_text_bounded()).split())


def code_of(content: bytes, who: str) -> str:
    """The code on one person's card: the first one after her name."""
    return CODE_ON_A_CARD.search(text_of(content).split(who)[1])[0]


def plan_day(desk: Desk, begins: str) -> None:
    """A day for the cohort, today from now on, with two stations and its own examiner."""
    page, words = desk.page, desk.words
    desk.link("Training days")
    desk.link("Plan a training day")
    desk.fill("Begins at", begins)
    desk.fill("Ends at", "23:59")
    desk.fill("Place", "南宁 · 五象")
    for sheet in (CPR, CHOKING):
        desk.tick(read(sheet_words(SLUG, sheet, words.language).title))
    desk.fill("Manikins", "2")
    desk.look(page, "plan")
    desk.button("Plan the training day")
    desk.look(page, "day")


def scan(desk: Desk, code: str) -> None:
    """Somebody's card, its code typed in."""
    desk.link("Scan cards")
    desk.fill("Code on the card", code.lower())
    desk.look.glance(desk.page, "scan")
    desk.button("Enter as present")
    desk.sees(desk.words.text("%(name)s: present", name=SOMSAMAI))
    desk.back()


def tick_names(desk: Desk) -> None:
    """Attendance by hand; nobody says yet where 李雷 is."""
    page, words = desk.page, desk.words
    desk.link("Attendance")
    for name, message in ((CHANDARA, "Present"), (QIUYUE, "Present"), (RATANAK, "Absent")):
        _line(page, name).get_by_label(words(message)).check()
    for name, message in ((TUYET, "Late"), (NAMFON, "Excused")):
        line = _line(page, name)
        line.locator("summary").click()
        line.get_by_label(words(message)).check()
    _line(page, TUYET).get_by_label(words("Time of coming or leaving")).fill("23:30")
    _line(page, NAMFON).get_by_label(words("Note")).fill("Fever · ໄຂ້")
    desk.look(page, "attendance")
    desk.button("Save the attendance")
    desk.sees(words.plural("%(num)s entry saved.", "%(num)s entries saved.", 5))
    desk.back()


def _line(page: Page, name: str) -> Locator:
    return page.get_by_role("group", name=read(name))


def grade(desk: Desk, who: str, key: str, failed: str = "") -> None:
    """One person's skill sheet, opened from the day: every step passed, or a critical one not."""
    page, words = desk.page, desk.words
    sheet = sheet_words(SLUG, key, words.language)
    station = page.locator("section").filter(
        has=page.get_by_role("heading", name=read(sheet.title))
    )
    station.locator("summary").click()
    person = station.get_by_role("listitem").filter(has_text=read(who))
    follow(page, person.get_by_role("link", name=words("Grade")))
    fill_sheet(desk, sheet, failed)
    if failed:
        desk.look.glance(page, "result")
    desk.back()


def fill_sheet(desk: Desk, sheet: SheetWords, failed: str) -> None:
    """The sheet of one person on the page of grading, from its first step to the saved result.

    A critical step that is not passed is refused until somebody says what happened.
    """
    page, words = desk.page, desk.words
    if len(sheet.roles) > 1:
        page.get_by_role("radio", name=read(next(iter(sheet.roles.values())))).check()
    for step in page.get_by_role("radiogroup").all():
        step.get_by_label(words("Passed")).check()
    if failed:
        step = page.get_by_role("listitem").filter(has_text=read(sheet.steps[failed]))
        step.get_by_label(words("Not passed")).check()
        desk.button("Finish the check")
        desk.sees(words.text("Please check your answers"))
        desk.look(page, "reason-missing")
        step.get_by_role("textbox").fill("Touched the manikin · ຈັບຫຸ່ນ")
    desk.button("Finish the check")
    desk.sees(words.text("The skill check is saved."))


def account_for_everybody(desk: Desk) -> None:
    """The end of the day: one station is put off for one person, then all that is left."""
    page, words = desk.page, desk.words
    desk.link("See what is missing")
    desk.look(page, "missing")
    line = page.get_by_role("listitem").filter(has_text=read(SOMSAMAI))
    line.locator("summary").click()
    _defer(desk, line, words("Reason"), 1)
    line = page.get_by_role("listitem").filter(has_text=read(LI_LEI))
    follow(page, line.get_by_role("button", name=words("Absent")))
    for sheet in (CPR, CHOKING):
        title = sheet_words(SLUG, sheet, words.language).title
        sentence = "Defer all %(num)s who are left at: %(sheet)s"
        label = words.plural(sentence, sentence, 2, sheet=title)
        form = page.locator("form").filter(has=page.get_by_label(label))
        _defer(desk, form, label, 2)
    desk.sees(words.text("Everybody is accounted for."))


def _defer(desk: Desk, form: Locator, label: re.Pattern[str], number: int) -> None:
    form.get_by_label(label).fill(desk.words.text("No time left"))
    follow(desk.page, form.get_by_role("button", name=desk.words("Defer")))
    desk.sees(desk.words.plural("%(num)s station deferred.", "%(num)s stations deferred.", number))


def close(desk: Desk) -> None:
    """Closing is refused while a second page opens a gap, and done when the gap is filled."""
    page, words = desk.page, desk.words
    books = page.url
    desk.link("Close the day")
    desk.look.glance(page, "close")
    with page.context.new_page() as other:
        other.goto(books)
        row = other.get_by_role("row").filter(has_text=read(SOMSAMAI))
        follow(other, row.get_by_role("button", name=words("Take back")))
    desk.button("Close the day")
    desk.sees(
        words.text("The day cannot be closed yet. What is missing is listed below."),
        words.plural("%(num)s entry is missing", "%(num)s entries are missing", 1),
        SOMSAMAI,
    )
    desk.look(page, "refused")
    desk.back()
    grade(desk, SOMSAMAI, CHOKING)
    with page.context.new_page() as other:
        other.goto(page.url)
        follow(other, other.get_by_role("link", name=words("Attendance")))
        desk.link("Close the day")
        desk.button("Close the day")
        desk.sees(words.text("The training day is closed."))
        desk.look(page, "closed")
        _line(other, TUYET).get_by_label(words("Present")).check()
        follow(other, other.get_by_role("button", name=words("Save the attendance")))
        expect(other.locator("main")).to_contain_text(
            read(
                words.text(
                    "This training day is closed. An administrator can reopen it, with a reason."
                )
            )
        )
        desk.look.glance(other, "too-late")
    desk.link("Attendance")
    expect(page.get_by_role("radio")).to_have_count(0)
    desk.sees(words.text("The books are closed: this list can only be read."))
