"""The acts of the trail in words. An act without one is shown by its own name."""

from __future__ import annotations

from app.core.i18n import lazy

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
    "learning.release-attempt": lazy("Assessment released for one more attempt"),
    "practicals.acknowledge": lazy("Skill check acknowledged"),
    "practicals.correct-check": lazy("Skill check corrected"),
    "practicals.record-check": lazy("Skill check recorded"),
}
