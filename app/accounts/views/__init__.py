"""The pages of accounts: signing in, one's own account, and people for administrators."""

from app.accounts.views.frame import blueprint, init, plain

from app.accounts.views import cards, own, people, signing_in  # isort: skip  # they add their routes

__all__ = ["blueprint", "cards", "init", "own", "people", "plain", "signing_in"]
