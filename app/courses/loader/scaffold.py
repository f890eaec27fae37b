"""A new course's first files: small, whole and without a fault, to be written over."""

from __future__ import annotations

import json
from pathlib import Path

_FILES = {
    "course.yaml": """slug: {slug}
key: {key}
edition: "{edition}"
needs: []
minutes: {{online: 20, practical: 20}}
validity_months: 36
expert: medical
sources:
  - {{key: fact-base, title: "Name the source and its use", year: {year}, checked: false}}
objectives: [first-objective]
lessons:
  - key: first-lesson
    curriculum_minutes: 20
    sources: [fact-base]
checks:
  - {{key: check-one, lesson: first-lesson, block: first, type: truefalse, answer: true}}
  - key: check-two
    lesson: first-lesson
    block: first
    type: single
    options: [a, b]
    answer: [a]
sheets:
  - key: first-sheet
    code: {key}-S1
    participants: {{min: 1, max: 1, roles: [rescuer]}}
    second_examiner: false
    steps:
      - {{key: first-step, critical: false}}
""",
    "bank.yaml": """assessment:
  length: 1
  pass_percent: 80
  free_attempts: 2
  wait_hours: 24
  blueprint:
    - {{group: first-group, count: 1}}
  musts: []

items:
  - key: item-one
    group: first-group
    lesson: first-lesson
    block: first
    type: truefalse
    answer: true
  - key: item-two
    group: first-group
    lesson: first-lesson
    block: first
    type: single
    options: [a, b]
    answer: [b]
""",
    "en/course.yaml": """title: {title}
short_title: {title}
summary: "Say what the learner can do after this course."
scope: "Say what this course does not make of the learner."
objectives:
  first-objective: "Name one thing the learner can do."
lessons:
  first-lesson:
    title: "The first lesson"
    summary: "Say in one line what it is about."
""",
    "en/first-lesson.md": """{{#first}}
Write one paragraph. One idea, short sentences.

{{#dont .dont}}
- Do not leave this line as it is.

{{#check-1 .check}}
check-one

{{#check-2 .check}}
check-two
""",
    "en/checks.yaml": """check-one:
  question: "Write a sentence that is true."
  feedback: "True. Say what is right."
check-two:
  question: "Write a question."
  options:
    a: "The right answer"
    b: "A wrong answer"
  feedback: "Say what is right."
""",
    "en/bank.yaml": """item-one:
  question: "Write a sentence that is true."
  feedback: "True. Say what is right."
item-two:
  question: "Write a question."
  options:
    a: "A wrong answer"
    b: "The right answer"
  feedback: "Say what is right."
""",
    "en/sheets.yaml": """first-sheet:
  title: "The first sheet"
  intro: "Say how it is done and with what."
  steps:
    first-step: "Does the first thing"
  roles: {{rescuer: "Rescuer"}}
""",
    "en/figures.yaml": "{{}}\n",
}


def new_course(courses: Path, slug: str, key: str, title: str, edition: str, year: int) -> Path:
    """Write the first files of a course, in English; returns its folder.

    Raises FileExistsError when there is something of this name already.
    """
    folder = courses / slug
    folder.mkdir(parents=True)
    values = {
        "slug": slug,
        "key": key,
        "title": json.dumps(title, ensure_ascii=False),
        "edition": edition,
        "year": year,
    }
    (folder / "figures").mkdir()
    for name, text in _FILES.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text.format(**values), encoding="utf-8")
    return folder
