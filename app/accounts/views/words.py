"""The acts of the trail in words. An act without one is shown by its own name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.accounts.forms import GRANT_NAMES, PURPOSE_NAMES, ROLE_NAMES
from app.core.i18n import LANGUAGES, lazy

ACTION_NAMES = {
    "accounts.change-names": lazy("Names changed"),
    "accounts.change-password": lazy("Password changed"),
    "accounts.confirm-names": lazy("Names confirmed"),
    "accounts.consent": lazy("Agreement given"),
    "accounts.create": lazy("Account made"),
    "accounts.disable": lazy("Account closed"),
    "accounts.enable": lazy("Account opened again"),
    "accounts.end-grant": lazy("Grant ended"),
    "accounts.erase": lazy("Person erased"),
    "accounts.grant": lazy("Grant given"),
    "accounts.lock-pin": lazy("PIN locked"),
    "accounts.reset-code": lazy("One-time code made"),
    "accounts.reset-password": lazy("Password set with a one-time code"),
    "accounts.role": lazy("Role changed"),
    "accounts.set-pin": lazy("PIN set"),
    "accounts.sign-in": lazy("Signed in"),
    "accounts.unlock-pin": lazy("PIN unlocked"),
    "accounts.withdraw-consent": lazy("Agreement taken back"),
    "certificates.issue": lazy("Certificate issued"),
    "certificates.revoke": lazy("Certificate revoked"),
    "cohorts.add-instructor": lazy("Instructor added to a cohort"),
    "cohorts.archive": lazy("Cohort archived"),
    "cohorts.change": lazy("Cohort changed"),
    "cohorts.create": lazy("Cohort made"),
    "cohorts.create-join-code": lazy("Join code made"),
    "cohorts.withdraw-join-code": lazy("Join code withdrawn"),
    "cohorts.withdraw-member": lazy("Trainee taken out of a cohort"),
    "courses.close-language": lazy("Language of a course closed again"),
    "courses.open-language": lazy("Language of a course opened before its review"),
    "courses.record-review": lazy("Review of a course recorded"),
    "courses.withdraw-review": lazy("Review of a course withdrawn"),
    "learning.release-attempt": lazy("Assessment released for one more attempt"),
    "practicals.acknowledge": lazy("Skill check acknowledged"),
    "practicals.correct-check": lazy("Skill check corrected"),
    "practicals.decide-check": lazy("Skill check decided by an administrator"),
    "practicals.propose-settlement": lazy("Settling of a skill check proposed"),
    "practicals.record-check": lazy("Skill check recorded"),
    "practicals.second-grading": lazy("Skill check graded by a second examiner"),
    "practicals.settle-check": lazy("Differences of a skill check settled"),
}

#: What an act was on; a word is shown before the thing's key.
KIND_NAMES = {
    "attempt": lazy("Attempt"),
    "certificate": lazy("Certificate"),
    "cohort": lazy("Cohort"),
    "course": lazy("Course"),
    "skill_check": lazy("Skill check"),
    "user": lazy("Person"),
}

_VALUE_NAMES: dict[str, Any] = {
    str(value): name
    for names in (ROLE_NAMES, PURPOSE_NAMES, GRANT_NAMES)
    for value, name in names.items()
} | {
    **{code: record.name for code, record in LANGUAGES.items()},
    "medical": lazy("Medical expert"),
    "technical": lazy("Technical expert"),
    "native": lazy("Native speaker"),
}


def detail_words(detail: Mapping[str, Any]) -> list[Any]:
    """The particulars of an act: in words where they have some, else as they are."""
    return [_VALUE_NAMES.get(str(value), value) for value in detail.values() if value is not None]
