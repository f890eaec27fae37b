"""The acts of the trail in words. An act without one is shown by its own name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.accounts.forms import GRANT_NAMES, PURPOSE_NAMES, ROLE_NAMES
from app.core.i18n import LANGUAGES, lazy

ACTION_NAMES = {
    "accounts.change-details": lazy("Details changed from a list"),
    "accounts.change-gender": lazy("Gender changed"),
    "accounts.change-names": lazy("Names changed"),
    "accounts.change-password": lazy("Password changed"),
    "accounts.confirm-names": lazy("Names confirmed"),
    "accounts.consent": lazy("Agreement given"),
    "accounts.create": lazy("Account made"),
    "accounts.disable": lazy("Account closed"),
    "accounts.enable": lazy("Account opened again"),
    "accounts.end-card": lazy("Login card ended"),
    "accounts.end-grant": lazy("Grant ended"),
    "accounts.erase": lazy("Person erased"),
    "accounts.first-card-use": lazy("Login card used for the first time"),
    "accounts.forget-pin": lazy("PIN taken away"),
    "accounts.grant": lazy("Grant given"),
    "accounts.lock-pin": lazy("PIN locked"),
    "accounts.make-card": lazy("Login card made"),
    "accounts.merge": lazy("Two accounts merged: this one was kept"),
    "accounts.merged-away": lazy("Two accounts merged: this one was closed"),
    "accounts.reset-code": lazy("One-time code made"),
    "accounts.reset-password": lazy("Password set with a one-time code"),
    "accounts.role": lazy("Role changed"),
    "accounts.set-pin": lazy("PIN set"),
    "accounts.sign-in": lazy("Signed in"),
    "accounts.unlock-pin": lazy("PIN unlocked"),
    "accounts.withdraw-consent": lazy("Agreement taken back"),
    "certificates.add-picture": lazy("Picture for certificates added"),
    "certificates.change-printer": lazy("Offset of a printer changed"),
    "certificates.choose-template": lazy("Template of certificates chosen"),
    "certificates.correct": lazy("Certificate corrected"),
    "certificates.hand-over": lazy("Certificates handed over"),
    "certificates.issue": lazy("Certificate issued"),
    "certificates.print-run": lazy("Print run made"),
    "certificates.revoke": lazy("Certificate revoked"),
    "certificates.save-template": lazy("Template of certificates saved"),
    "certificates.spoil": lazy("Sheets marked as spoiled"),
    "certificates.take-back": lazy("Certificates not handed over after all"),
    "certificates.withdraw-picture": lazy("Picture for certificates taken back"),
    "certificates.withdraw-run": lazy("Print run given up"),
    "certificates.write-letter": lazy("Letter of attendance given"),
    "cohorts.add-instructor": lazy("Instructor added to a cohort"),
    "cohorts.admit": lazy("Person admitted to a cohort"),
    "cohorts.announce": lazy("Announcement written"),
    "cohorts.archive": lazy("Cohort archived"),
    "cohorts.ask-to-join": lazy("Asked to join a cohort"),
    "cohorts.change-announcement": lazy("Announcement changed"),
    "cohorts.change": lazy("Cohort changed"),
    "cohorts.create": lazy("Cohort made"),
    "cohorts.create-join-code": lazy("Join code made"),
    "cohorts.discard-list": lazy("List deleted before its import"),
    "cohorts.import-list": lazy("List imported into a cohort"),
    "cohorts.undo-list": lazy("Import of a list taken back"),
    "cohorts.decline": lazy("Person declined by a cohort"),
    "cohorts.move-member": lazy("Trainee moved to another cohort"),
    "cohorts.remove-instructor": lazy("Instructor taken away from a cohort"),
    "cohorts.restore": lazy("Cohort brought back"),
    "cohorts.return-member": lazy("Trainee brought back into a cohort"),
    "cohorts.withdraw-announcement": lazy("Announcement withdrawn"),
    "cohorts.withdraw-join-code": lazy("Join code withdrawn"),
    "cohorts.withdraw-member": lazy("Trainee taken out of a cohort"),
    "courses.close-language": lazy("Language of a course closed again"),
    "courses.open-language": lazy("Language of a course opened before its review"),
    "courses.record-review": lazy("Review of a course recorded"),
    "courses.withdraw-review": lazy("Review of a course withdrawn"),
    "learning.extend-due": lazy("More time given for a course"),
    "learning.correct-question": lazy("Key of a question corrected"),
    "learning.decline-report": lazy("Report about a question declined"),
    "learning.report-question": lazy("Wrong key of a question reported"),
    "learning.release-attempt": lazy("Assessment released for one more attempt"),
    "overview.export": lazy("Table taken away"),
    "learning.take-back-extension": lazy("Extra time for a course taken back"),
    "learning.take-back-waiver": lazy("Waiver of lessons taken back"),
    "learning.waive-lessons": lazy("Lessons waived"),
    "practicals.acknowledge": lazy("Skill check acknowledged"),
    "practicals.add-guest": lazy("Guest added to a training day"),
    "practicals.attend": lazy("Attendance entered"),
    "practicals.cancel-session": lazy("Training day cancelled"),
    "practicals.change-session": lazy("Training day changed"),
    "practicals.close-session": lazy("Training day closed"),
    "practicals.correct-check": lazy("Skill check corrected"),
    "practicals.defer": lazy("Station deferred"),
    "practicals.link-check": lazy("Skill check linked to a training day"),
    "practicals.plan-session": lazy("Training day planned"),
    "practicals.print": lazy("Paper of a training day printed"),
    "practicals.record-check": lazy("Skill check recorded"),
    "practicals.remove-guest": lazy("Guest removed from a training day"),
    "practicals.reopen-session": lazy("Training day reopened"),
    "practicals.undo-deferral": lazy("Deferral taken back"),
    "practicals.decide-check": lazy("Skill check decided by an administrator"),
    "practicals.propose-settlement": lazy("Settling of a skill check proposed"),
    "practicals.second-grading": lazy("Skill check graded by a second examiner"),
    "practicals.settle-check": lazy("Differences of a skill check settled"),
}

#: What an act was on; a word is shown before the thing's key.
KIND_NAMES = {
    "attempt": lazy("Attempt"),
    "certificate": lazy("Certificate"),
    "certificate_picture": lazy("Picture for certificates"),
    "certificate_template": lazy("Template of certificates"),
    "cohort": lazy("Cohort"),
    "course": lazy("Course"),
    "print_run": lazy("Print run"),
    "printer": lazy("Printer"),
    "skill_check": lazy("Skill check"),
    "training_session": lazy("Training day"),
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
    "new-key": lazy("Another answer is right"),
    "accept": lazy("Several answers are right"),
    "drop": lazy("The question does not count"),
    "restore": lazy("The key of the course file is right"),
}


def detail_words(detail: Mapping[str, Any]) -> list[Any]:
    """The particulars of an act: in words where they have some, else as they are."""
    return [_VALUE_NAMES.get(str(value), value) for value in detail.values() if value is not None]
