"""A lesson's words as HTML: safe, breakable, the same for everyone."""

from __future__ import annotations

import re
from dataclasses import asdict, replace
from types import MappingProxyType

import pytest

from app.core.languages import LANGUAGES
from app.courses.library import library
from app.courses.rendering import article, feedback_words, figure_svg, question_words
from app.courses.rendering.figures import split_in_two, width_of
from app.courses.rendering.prose import Reader, blocks_html, inline_html
from app.courses.types import Block, BlockKind, Course, UnknownLesson


@pytest.fixture
def reader(gloves: Course) -> Reader:
    """An English reader."""
    return Reader(gloves, "en", "en")


def test_html_in_the_words_is_shown_not_run(reader: Reader) -> None:
    shown = blocks_html("<script>alert(1)</script> <b onclick=x>no</b> &lt;i&gt;", reader)
    assert "<script" not in shown
    assert "<b " not in shown
    assert "&lt;script&gt;" in shown


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "https://example.org", "//example.org", "data:text/html,x"]
)
def test_a_link_to_elsewhere_is_no_link(reader: Reader, address: str) -> None:
    assert "<a" not in blocks_html(f"[here]({address})", reader)


def test_a_term_opens_its_card(reader: Reader) -> None:
    shown = blocks_html("A [casualty](term:casualty).", reader)
    assert '<a class="term" href="/en/terms/casualty" data-term="casualty">casualty</a>' in shown


def test_a_lesson_link_stays_in_the_course(reader: Reader) -> None:
    assert 'href="/en/courses/gloves/lessons/wear"' in blocks_html("[x](lesson:wear)", reader)


def test_a_number_shows_its_country(gloves: Course) -> None:
    shown = inline_html("拨打{number:cn.ambulance}。", Reader(gloves, "zh", "lo"))
    assert shown == '拨打<a class="number" href="/lo/numbers#cn">中国 <b>120</b></a>。'


def test_a_marker_of_an_underscored_service_is_found() -> None:
    course = library().courses[0]
    shown = inline_html("{number:cn.traffic_accident}", Reader(course, "en", "en"))
    assert "<b>122</b>" in shown


def test_lao_and_khmer_wrap_between_words(gloves: Course) -> None:
    for language in ("lo", "km"):
        words = article(gloves, "wear", language).html
        assert "\u200b" in words
    assert "\u200b" not in article(gloves, "wear", "zh").html


def test_no_line_begins_with_a_full_stop_or_a_mark(gloves: Course) -> None:
    shown = blocks_html("ពេលវិភាគ ឬពេលឆក់។ ផ្សេងៗ៖ ល។", Reader(gloves, "km", "km"))
    assert not re.search("\u200b[\u17b6-\u17d8]", shown)
    shown = blocks_html("ຕ່າງໆ ນ້ຳ ກະຣຸນາຯ", Reader(gloves, "lo", "lo"))
    assert not re.search("\u200b[\u0eaf-\u0ebc\u0ec6\u0ec8-\u0ecd]", shown)


def test_a_figure_and_its_unit_stay_on_one_line(reader: Reader) -> None:
    assert "6\u00a0cm for 10\u00a0s, 2 students" in blocks_html(
        "5–6 cm for 10 s, 2 students", reader
    )


def test_a_linked_word_does_not_glue_its_neighbours(gloves: Course) -> None:
    shown = blocks_html("ກົດ[ໜ້າເອິກ](term:casualty)ລົງ", Reader(gloves, "lo", "lo"))
    assert "ກົດ\u200b<a" in shown
    assert "\u200b</a>ລົງ" in shown


def test_an_article_has_every_block_once_with_its_id(gloves: Course) -> None:
    made = article(gloves, "wear", "vi")
    ids = re.findall(r'<section class="block[^"]*" id="b-([^"]+)"', made.html)
    assert tuple(ids) == made.blocks == tuple(block.id for block in gloves.lessons[0].blocks)


def test_a_second_language_gives_every_block_a_twin(gloves: Course) -> None:
    made = article(gloves, "wear", "lo", "zh")
    assert made.html.count('<details class="twin" lang="zh-Hans"><summary>中文</summary>') == len(
        made.blocks
    )


def test_a_language_is_not_its_own_twin(gloves: Course) -> None:
    assert article(gloves, "wear", "lo", "lo") == article(gloves, "wear", "lo")


def test_an_article_is_rendered_once(gloves: Course) -> None:
    assert article(gloves, "wear", "km", "en") is article(gloves, "wear", "km", "en")


def test_a_changed_edition_is_rendered_again(gloves: Course) -> None:
    changed = replace(gloves, rendering_digest="another")
    assert article(changed, "wear", "km") is not article(gloves, "wear", "km")


def test_ids_stand_once_in_every_article_of_the_real_courses() -> None:
    for course in library().courses:
        for lesson in course.lessons:
            for language in course.languages:
                second = "zh" if language != "zh" else "en"
                text = article(course, lesson.key, language, second).html
                ids = re.findall(r'\bid="([^"]+)"', text)
                assert len(ids) == len(set(ids)), f"{course.slug} {lesson.key} {language}"


def test_an_unknown_lesson_is_a_named_error(gloves: Course) -> None:
    with pytest.raises(UnknownLesson):
        article(gloves, "nowhere", "en")


def test_a_figure_carries_the_languages_words(gloves: Course) -> None:
    drawing = figure_svg(gloves, "hands", "vi", "f-drawing")
    assert ">20 s</text>" in drawing
    assert "<title>Hai bàn tay dưới nước.</title>" in drawing
    assert 'role="img"' in drawing
    assert "data-word" not in drawing


def test_a_figures_ids_never_clash(gloves: Course) -> None:
    drawing = figure_svg(gloves, "hands", "en", "f-drawing")
    assert 'id="f-drawing-hands-clip"' in drawing
    assert 'clip-path="url(#f-drawing-hands-clip)"' in drawing


def test_long_words_of_a_figure_stand_in_two_lines(gloves: Course) -> None:
    assert figure_svg(gloves, "hands", "vi").count("<tspan") == 2
    assert split_in_two("soap and clean water") == ["soap and", "clean water"]


@pytest.mark.parametrize(
    "text", ["ສົ້ນມືຢູ່ເຄິ່ງລຸ່ມຂອງກະດູກເອິກ", "ដាក់កែងបាតដៃលើពាក់កណ្ដាលក្រោមឆ្អឹងទ្រូង", "掌根放在胸骨下半部中央"]
)
def test_scripts_without_spaces_break_between_words(text: str) -> None:
    lines = split_in_two(text)
    assert "".join(lines) == text
    assert len(lines) == 2
    assert max(map(width_of, lines)) < width_of(text) * 0.75


def test_a_question_shows_neither_key_nor_feedback(gloves: Course) -> None:
    view = question_words(gloves, gloves.item("time-choose"), "en")
    assert [option.key for option in view.options] == ["a", "b", "c"]
    assert view.right == ()
    assert not {"answer", "feedback"} & set(asdict(view))


def test_a_numeric_question_names_its_fields_and_unit(gloves: Course) -> None:
    view = question_words(gloves, gloves.item("time-range"), "en")
    assert (view.fields, view.between, view.unit) == (("From", "To"), "–", "s")
    ratio = question_words(gloves, gloves.item("mix-ratio"), "en")
    assert (len(ratio.fields), ratio.between) == (2, ":")
    assert 'id="q-mix-ratio-hands-clip"' in ratio.figure


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_item_has_words_and_feedback_in_every_language(gloves: Course, language: str) -> None:
    for item in gloves.items:
        assert question_words(gloves, item, language).question
        assert feedback_words(gloves, item, language).feedback


def test_feedback_says_the_right_answer_in_words(gloves: Course) -> None:
    answers = {item.key: feedback_words(gloves, item, "en").answer for item in gloves.items}
    assert answers["time-choose"] == "20\u00a0s"
    assert answers["time-judge"] == "True"
    assert answers["time-range"] == "20–\u206030\u00a0s"
    assert answers["mix-ratio"] == "30:2"
    assert answers["steps-order"].startswith("<ol><li>Wet the hands</li>")
    assert "<li>Dry: Towel</li>" in answers["parts-match"]


def test_every_kind_of_check_works_without_a_script(gloves: Course) -> None:
    for item in gloves.items:
        check = item.model_copy(update={"group": None})
        words = replace(gloves.words["en"], checks=gloves.words["en"].bank)
        course = replace(
            gloves,
            words=MappingProxyType({"en": words}),
            structure=gloves.structure.model_copy(update={"checks": (check,)}),
            lessons=(
                replace(
                    gloves.lessons[0],
                    blocks=(Block("q", BlockKind.CHECK, MappingProxyType({"en": item.key})),),
                ),
            ),
            rendering_digest=item.key,
        )
        text = article(course, "wear", "en").html
        assert '<details class="answer"><summary>Check your answer</summary>' in text
        assert "<button" not in text
        assert "<form" not in text


def test_only_the_chosen_option_is_called_right(gloves: Course) -> None:
    text = article(gloves, "wear", "en").html
    assert text.count('<div class="choice right">') == 2
    assert "<strong>Not right.</strong> Too short." in text


def test_sources_stand_at_the_end_with_their_year(gloves: Course) -> None:
    assert re.search(
        r"A source for tests</span>, 2026</li></ul></section>\Z", article(gloves, "wear", "en").html
    )


def test_a_lesson_weighs_little() -> None:
    for course in library().courses:
        for lesson in course.lessons:
            for language in course.languages:
                assert article(course, lesson.key, language).bytes < 15_000


def test_a_line_that_is_pressed_to_choose_it_leads_nowhere() -> None:
    course = library().course("cpr-aed-choking")
    words = course.words["en"].bank
    item = next(i for i in course.items if "{number:" in str(words[i.key].options))
    options = question_words(course, item, "km").options
    assert all("<a " not in option.html for option in options)
    assert any("120" in option.html for option in options)
