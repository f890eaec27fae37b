"""Named errors of the domain. Rules raise them; `core.web` turns them into pages."""

from __future__ import annotations

from typing import ClassVar


def N_(message: str) -> str:  # noqa: N802 (the marker's usual name in gettext)
    """Mark a message for the catalogues; it is translated where it is shown."""
    return message


class DomainError(Exception):
    """Something a rule refuses. `message` is a catalogue text, `values` fill its places."""

    status: ClassVar[int] = 422
    message: ClassVar[str] = N_("That is not possible.")

    def __init__(self, **values: object) -> None:
        """Keep the values for the message's named places."""
        super().__init__(self.message)
        self.values = values


#: Why there is no file when none of the texts is to blame.
GIVEN_UP = N_(
    "The server failed at it several times. Tell the people who run the site; "
    "the worker's log says why."
)
#: Letters of each value in a sentence that is kept; names have at most 100.
_MOST = 100


def kept_sentence(error: DomainError) -> str:
    """The English sentence to keep: long values are cut, so that it is known again when shown."""
    return error.message % {name: _cut(str(value)) for name, value in error.values.items()}


def _cut(value: str) -> str:
    return value if len(value) <= _MOST else f"{value[: _MOST - 1]}…"


class NotFound(DomainError):
    """The thing does not exist, or is not this person's."""

    status = 404
    message = N_("We could not find that page.")


class EventConflict(DomainError):
    """An event id came again with other content."""

    status = 409
    message = N_("This was already sent with other content. Open the page again and check it.")


class InvalidEventId(DomainError):
    """The event id is missing or is no UUID."""

    status = 422
    message = N_("The form was incomplete. Open the page again and send it once more.")


class UnreadableText(DomainError):
    """An address or a field holds U+0000."""

    status = 400
    message = N_("Remove the characters that cannot be seen.")


class TooMany(DomainError):
    """A limit is reached; `retry_after` says in how many seconds to try again."""

    status = 429
    message = N_("Too many tries. Wait %(minutes)s min, then try again.")

    def __init__(self, retry_after: int) -> None:
        """Keep the seconds for the Retry-After header."""
        super().__init__(minutes=max(1, -(-retry_after // 60)))
        self.retry_after = retry_after
