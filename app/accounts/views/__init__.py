"""The pages of accounts: signing in, one's own account, and people for administrators."""

from app.accounts.views.frame import blueprint, init, plain

from app.accounts.views import (  # isort: skip  # they add their routes
    cards,
    gender,
    own,
    people,
    signing_in,
)

__all__ = ["blueprint", "cards", "gender", "init", "own", "people", "plain", "signing_in"]
