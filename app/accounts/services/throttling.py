"""How often signing in may be tried: per account and device first, per address generously.

A campus of 1,000 stands behind one address, so an address alone proves little (product.md).
The password, the reset code and the password asked again share these limits.
"""

from __future__ import annotations

import hashlib

from app.accounts.services.naming import fold_username
from app.core import limits
from app.core.errors import TooMany

MINUTE = 60
WINDOW = 15 * MINUTE
ACCOUNT_AND_DEVICE = ("sign-in-device", 5, WINDOW)
ACCOUNT = ("sign-in-account", 20, WINDOW)
ADDRESS = ("sign-in-address", 1500, MINUTE)
ADDRESS_WRONG = ("sign-in-address-wrong", 300, WINDOW)
CARD = ("sign-in-card", 20, WINDOW)
#: Cards and codes that nobody has, from one address; right ones are never counted.
CARD_MISSES = ("card-miss", 300, 10 * MINUTE)


def begin_try(username: str, device: str, address: str) -> None:
    """Count a try before the password is looked at; raises TooMany.

    Counting first means that tries sent at once cannot all pass the check.
    """
    account = _account(username)
    _hit(ACCOUNT_AND_DEVICE, f"{account}:{device}")
    _hit(ACCOUNT, account)
    _hit(ADDRESS, address)
    scope, limit, seconds = ADDRESS_WRONG
    limits.check(scope, address, limit, seconds)


def begin_card_try(card_key: str, address: str) -> None:
    """Count a try at a card's PIN before it is looked at; raises TooMany."""
    _hit(CARD, card_key)
    _hit(ADDRESS, address)
    scope, limit, seconds = ADDRESS_WRONG
    limits.check(scope, address, limit, seconds)


def forgive_card(card_key: str) -> None:
    """Forget the tries of a card after the right PIN."""
    _clear(CARD, card_key)


def check_card_misses(address: str) -> None:
    """Raise TooMany when too many unknown cards came from an address; counts nothing."""
    scope, limit, seconds = CARD_MISSES
    limits.check(scope, address, limit, seconds)


def count_card_miss(address: str) -> None:
    """Count an unknown card or code; raises TooMany."""
    _hit(CARD_MISSES, address)


def count_wrong(address: str) -> None:
    """Count a wrong try against its address; the next one is refused when there were too many."""
    scope, limit, seconds = ADDRESS_WRONG
    try:
        limits.hit(scope, address, limit, seconds)
    except TooMany:
        return


def forgive(username: str, device: str) -> None:
    """Forget the tries of an account after the right password."""
    account = _account(username)
    _clear(ACCOUNT_AND_DEVICE, f"{account}:{device}")
    _clear(ACCOUNT, account)


def _account(username: str) -> str:
    # The limiter's store needs no names.
    return hashlib.sha256(fold_username(username).encode()).hexdigest()[:32]


def _hit(rule: tuple[str, int, int], key: str) -> None:
    scope, limit, seconds = rule
    limits.hit(scope, key, limit, seconds)


def _clear(rule: tuple[str, int, int], key: str) -> None:
    scope, limit, seconds = rule
    limits.clear(scope, key, limit, seconds)
