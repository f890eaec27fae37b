"""The pages of accounts: signing in, one's own account, and people for administrators."""

from app.accounts.views.frame import blueprint, init

from app.accounts.views import own, people, signing_in  # isort: skip  # they add their routes

__all__ = ["blueprint", "init", "own", "people", "signing_in"]
