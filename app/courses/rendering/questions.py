"""Questions: as plain data for the assessment, and as check questions inside a lesson."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.errors import N_
from app.core.i18n import tr
from app.courses.rendering.figures import figure_svg
from app.courses.rendering.prose import Reader, inline_html, plain_html
from app.courses.types import (
    Course,
    Item,
    ItemType,
    MatchingItem,
    MultipleItem,
    NumericItem,
    NumericShape,
    OrderingItem,
    QuestionWords,
    SingleItem,
    TrueFalseItem,
)

TRUE, FALSE = "true", "false"
_TRUE_WORD, _FALSE_WORD = N_("True"), N_("False")
_RIGHT, _WRONG = N_("Right."), N_("Not right.")
_SHOW = N_("Check your answer")
_FROM, _TO = N_("From"), N_("To")
_FIRST, _SECOND = N_("First number"), N_("Second number")
_NUMBER = N_("Your answer")
_CHOOSE = N_("Choose")
_PUT_IN_ORDER = N_("Put the lines in the right order. Number 1 comes first.")
_ANSWER = N_("Right answer")
_CHOOSE_ALL = N_("Choose all that are right.")
_BETWEEN = {NumericShape.RANGE: "–", NumericShape.RATIO: ":"}


@dataclass(frozen=True, slots=True)
class Choice:
    """An option or a line of a question: its key and its words as safe HTML."""

    key: str
    html: str


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A question as the browser may see it: no key, no feedback.

    `fields` are the labels of a numeric answer's fields; `between` stands between two of them.
    """

    key: str
    type: ItemType
    question: str
    options: tuple[Choice, ...] = ()
    left: tuple[Choice, ...] = ()
    right: tuple[Choice, ...] = ()
    fields: tuple[str, ...] = ()
    between: str = ""
    unit: str = ""
    figure: str = ""


@dataclass(frozen=True, slots=True)
class FeedbackView:
    """What is shown after submission: the right answer in words, what counts as right.

    `read_again` is the lesson's key and the block's id, when the item names one.
    """

    key: str
    answer: str
    feedback: str
    lesson: str
    block: str | None


def words_of(course: Course, item: Item, language: str) -> QuestionWords:
    """The words of an item of the bank, or of a check question; KeyError when there are none."""
    words = course.words[language]
    return words.bank[item.key] if item.group is not None else words.checks[item.key]


def question_words(
    course: Course, item: Item, language: str, pages: str | None = None
) -> QuestionView:
    """The question's words in a language, in the order of the file: the caller shuffles."""
    words = words_of(course, item, language)
    reader = Reader(course, language, pages or language, links=False)
    return QuestionView(
        key=item.key,
        type=item.type,
        question=inline_html(words.question, reader),
        options=_options(item, words, reader),
        left=_choices(item.left if isinstance(item, MatchingItem) else (), words.left, reader),
        right=_choices(item.right if isinstance(item, MatchingItem) else (), words.right, reader),
        fields=_fields(item, language),
        between=_BETWEEN.get(item.answer.shape, "") if isinstance(item, NumericItem) else "",
        unit=(item.unit or "") if isinstance(item, NumericItem) else "",
        figure=figure_svg(course, item.figure, language, f"q-{item.key}") if item.figure else "",
    )


def _options(item: Item, words: QuestionWords, reader: Reader) -> tuple[Choice, ...]:
    if isinstance(item, TrueFalseItem):
        true, false = tr(_TRUE_WORD, reader.language), tr(_FALSE_WORD, reader.language)
        return (Choice(TRUE, plain_html(true)), Choice(FALSE, plain_html(false)))
    if isinstance(item, SingleItem | MultipleItem | OrderingItem):
        return _choices(item.options, words.options, reader)
    return ()


def _choices(keys: tuple[str, ...], words: object, reader: Reader) -> tuple[Choice, ...]:
    texts: dict[str, str] = dict(words) if isinstance(words, dict) else {}
    return tuple(Choice(key, inline_html(texts[key], reader)) for key in keys)


def _fields(item: Item, language: str) -> tuple[str, ...]:
    if not isinstance(item, NumericItem):
        return ()
    labels = {
        NumericShape.VALUE: (_NUMBER,),
        NumericShape.RANGE: (_FROM, _TO),
        NumericShape.RATIO: (_FIRST, _SECOND),
    }
    return tuple(tr(label, language) for label in labels[item.answer.shape])


def feedback_words(course: Course, item: Item, language: str) -> FeedbackView:
    """The right answer and what counts as right, for after the submission."""
    view = question_words(course, item, language)
    words = words_of(course, item, language)
    feedback = inline_html(words.feedback, Reader(course, language, language))
    return FeedbackView(item.key, answer_html(item, view), feedback, item.lesson, item.block)


def answer_html(item: Item, view: QuestionView) -> str:
    """The right answer in words."""
    options = {choice.key: choice.html for choice in (*view.options, *view.right)}
    if isinstance(item, NumericItem):
        figures = view.between.join(_number(figure) for figure in item.answer.figures)
        return plain_html(f"{figures} {view.unit}".strip())
    if isinstance(item, TrueFalseItem):
        return options[TRUE if item.answer else FALSE]
    if isinstance(item, MatchingItem):
        pairs = (f"<li>{line.html}: {options[item.answer[line.key]]}</li>" for line in view.left)
        return f"<ul>{''.join(pairs)}</ul>"
    tag = "ol" if isinstance(item, OrderingItem) else "ul"
    if len(item.answer) == 1:
        return options[item.answer[0]]
    return f"<{tag}>{''.join(f'<li>{options[key]}</li>' for key in item.answer)}</{tag}>"


def _number(figure: float) -> str:
    return f"{figure:g}"


def check_html(course: Course, item: Item, reader: Reader) -> str:
    """A check question that works without JavaScript: choose, then read the feedback."""
    view = question_words(course, item, reader.language, reader.pages)
    words = words_of(course, item, reader.language)
    feedback = inline_html(words.feedback, reader)
    if isinstance(item, SingleItem | TrueFalseItem):
        body = _radios(item, view, words, reader)
        kind = " by-option"
    else:
        body = _BODIES[item.type](item, view, reader.language)
        kind = ""
    figure = f"<figure>{view.figure}</figure>" if view.figure else ""
    return (
        f'<fieldset class="ask{kind}"><legend>{view.question}</legend>{figure}{body}'
        f"{_answer(item, view, feedback, reader.language)}</fieldset>"
    )


def check_twin_html(course: Course, item: Item, reader: Reader) -> str:
    """The question and its lines in the second language, to be read beside the first."""
    view = question_words(course, item, reader.language, reader.pages)
    lines = view.options or (*view.left, *view.right)
    shown = "".join(f"<li>{line.html}</li>" for line in lines)
    listed = f"<ul>{shown}</ul>" if item.type is not ItemType.TRUE_FALSE and shown else ""
    return f"<p><strong>{view.question}</strong></p>{listed}"


def _radios(item: Item, view: QuestionView, words: QuestionWords, reader: Reader) -> str:
    parts = []
    for choice in view.options:
        is_right = _is_right(item, choice.key)
        own = words.option_feedback.get(choice.key, words.feedback)
        tone, verdict = ("right", _RIGHT) if is_right else ("wrong", _WRONG)
        word = plain_html(tr(verdict, reader.language))
        parts.append(
            f'<div class="choice {tone}"><label class="option"><input type="radio" '
            f'name="{item.key}" value="{choice.key}"><span>{choice.html}</span></label>'
            f'<p class="feedback {tone}"><strong>{word}</strong> {inline_html(own, reader)}</p>'
            "</div>"
        )
    return "".join(parts)


def _is_right(item: Item, key: str) -> bool:
    if isinstance(item, TrueFalseItem):
        return (key == TRUE) is item.answer
    return isinstance(item, SingleItem) and key in item.answer


def _boxes(item: Item, view: QuestionView, language: str) -> str:
    boxes = "".join(
        f'<label class="option"><input type="checkbox" name="{view.key}" value="{choice.key}"'
        f"{_when_right(item, choice.key)}><span>{choice.html}</span></label>"
        for choice in view.options
    )
    return f'<p class="hint">{plain_html(tr(_CHOOSE_ALL, language))}</p>{boxes}'


def _order(item: Item, view: QuestionView, language: str) -> str:
    places = "<option>–</option>" + "".join(
        f"<option>{place}</option>" for place in range(1, len(view.options) + 1)
    )
    lines = "".join(
        f'<label class="match place"><span>{line.html}</span>'
        f'<select name="{view.key}-{line.key}"{_when_right(item, line.key)}>{places}</select>'
        "</label>"
        for line in view.options
    )
    return f'<p class="hint">{plain_html(tr(_PUT_IN_ORDER, language))}</p>{lines}'


def _matches(item: Item, view: QuestionView, language: str) -> str:
    empty = f'<option value="">{plain_html(tr(_CHOOSE, language))}</option>'
    choices = empty + "".join(
        f'<option value="{line.key}">{_without_tags(line.html)}</option>' for line in view.right
    )
    return "".join(
        f'<label class="match"><span>{line.html}</span><select name="{view.key}-{line.key}"'
        f"{_when_right(item, line.key)}>{choices}</select></label>"
        for line in view.left
    )


def _without_tags(text: str) -> str:
    """An option of a select holds no markup."""
    kept, inside = [], False
    for sign in text:
        if sign == "<":
            inside = True
        elif sign == ">":
            inside = False
        elif not inside:
            kept.append(sign)
    return "".join(kept)


def _numbers(_item: Item, view: QuestionView, _language: str) -> str:
    fields = [
        f'<label><span class="hush">{plain_html(label)}</span>'
        f'<input class="figure" type="text" inputmode="decimal" autocomplete="off" size="5" '
        f'name="{view.key}-{number}"></label>'
        for number, label in enumerate(view.fields, start=1)
    ]
    between = f" <span>{view.between}</span> "
    unit = f" <span>{plain_html(view.unit)}</span>" if view.unit else ""
    return f'<p class="numbers">{between.join(fields)}{unit}</p>'


def _when_right(item: Item, key: str) -> str:
    """What a field holds when it is right, for the script that says so with the answer."""
    if isinstance(item, MultipleItem):
        return f' data-right="{"on" if key in item.answer else "off"}"'
    if isinstance(item, OrderingItem):
        return f' data-right="{item.answer.index(key) + 1}"'
    return f' data-right="{item.answer[key]}"' if isinstance(item, MatchingItem) else ""


def _answer(item: Item, view: QuestionView, feedback: str, language: str) -> str:
    right, wrong = (plain_html(tr(verdict, language)) for verdict in (_RIGHT, _WRONG))
    return (
        f'<details class="answer"><summary>{plain_html(tr(_SHOW, language))}</summary>'
        '<div class="feedback"><p class="verdict" hidden '
        f'data-right="{right}" data-wrong="{wrong}"></p>'
        f"<p><strong>{plain_html(tr(_ANSWER, language))}</strong></p>"
        f"{answer_html(item, view)}<p>{feedback}</p></div></details>"
    )


_BODIES = {
    ItemType.MULTIPLE: _boxes,
    ItemType.ORDERING: _order,
    ItemType.MATCHING: _matches,
    ItemType.NUMERIC: _numbers,
}
