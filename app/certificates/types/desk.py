"""Statuses and refusals of the print desk."""

from __future__ import annotations

from enum import StrEnum

from app.core.errors import N_, DomainError, NotFound


class PrintKind(StrEnum):
    """What a print run puts on paper."""

    CERTIFICATE = "certificate"
    CARD = "card"  # wallet cards, ten to a sheet


class SheetState(StrEnum):
    """Where a printed sheet is."""

    PRINTED = "printed"
    SPOILED = "spoiled"
    REPRINTED = "reprinted"  # spoiled, and another sheet took its place
    HANDED_OVER = "handed-over"
    WITHDRAWN = "withdrawn"  # its run was given up before anything was handed over


SHEET_STATE_NAMES = {
    SheetState.PRINTED: N_("Printed"),
    SheetState.SPOILED: N_("Spoiled"),
    SheetState.REPRINTED: N_("Spoiled, printed again"),
    SheetState.HANDED_OVER: N_("Handed over"),
    SheetState.WITHDRAWN: N_("Given up"),
}
#: What a sheet of a run is called as long as its file was never whole.
NOT_PRINTED_YET = N_("Not printed yet")
#: A certificate with a sheet in one of these states does not wait for the printer.
TAKEN = (SheetState.PRINTED, SheetState.SPOILED, SheetState.HANDED_OVER)


class SheetActKind(StrEnum):
    """What an administrator says about sheets."""

    SPOIL = "spoil"
    HAND_OVER = "hand-over"
    TAKE_BACK = "take-back"  # handed over by mistake


class NothingToPrint(DomainError):
    """No certificate is chosen, or those chosen are in another run by now."""

    status = 422
    message = N_("Choose at least one certificate.")


class NoSheetChosen(DomainError):
    """No sheet is ticked."""

    status = 422
    message = N_("Tick at least one sheet.")


class RunTooLong(DomainError):
    """More sheets than one file takes."""

    status = 422
    message = N_("One print run takes at most %(most)s sheets. Choose fewer.")


class AlreadyInRun(DomainError):
    """Another print run holds some of these certificates."""

    status = 409
    message = N_(
        "Some of these certificates are in another print run already. Nothing was sent to print. "
        "Open the queue again and look."
    )


class SheetsChanged(DomainError):
    """The sheets are not in the state from which this act begins."""

    status = 409
    message = N_(
        "Some of these sheets were changed in the meantime. Nothing was changed now. "
        "Open the print run again and look."
    )


class RunNotReady(DomainError):
    """The file is not made yet, so that nothing can be on paper."""

    status = 409
    message = N_("The file of this print run is not made yet.")


class RunGivenUp(RunNotReady):
    """Its certificates wait again: nobody may print them twice."""

    message = N_(
        "This print run was given up. Its certificates wait again: print them with a new print run."
    )


class UnknownRun(NotFound):
    """No print run has this key."""

    message = N_("We could not find that print run.")


class PrinterExists(DomainError):
    """Two printers cannot have one name."""

    status = 409
    message = N_("There is a printer with this name already. Open it and change it.")
