"""The rules of cohorts: who leads which, who is in them, and how people join.

An instructor sees her own cohorts, an administrator all of them, and what is not theirs is
simply not found.
"""

from app.cohorts.services.cards import (
    CardRow,
    card_rows,
    make_chosen_cards,
    printed_cards,
)
from app.cohorts.services.changing import archive_cohort, change_cohort, create_cohort
from app.cohorts.services.deadlines import due_dates
from app.cohorts.services.joining import (
    CODE_LENGTH,
    create_join_code,
    join,
    join_again,
    join_codes_of,
    open_code,
    withdraw_join_code,
)
from app.cohorts.services.leading import (
    add_instructor,
    cohort_of,
    cohorts_of,
    every_instructor,
    instructors_of,
    visible_cohorts,
)
from app.cohorts.services.members import (
    add_member,
    cohorts_joined,
    is_own_trainee,
    member_counts,
    member_of,
    members_by_cohort,
    members_of,
    memberships_of,
    withdraw_member,
)
from app.core.codes import CODE_ALPHABET, normal_code

__all__ = [
    "CODE_ALPHABET",
    "CODE_LENGTH",
    "CardRow",
    "add_instructor",
    "add_member",
    "archive_cohort",
    "card_rows",
    "change_cohort",
    "cohort_of",
    "cohorts_joined",
    "cohorts_of",
    "create_cohort",
    "create_join_code",
    "due_dates",
    "every_instructor",
    "instructors_of",
    "is_own_trainee",
    "join",
    "join_again",
    "join_codes_of",
    "make_chosen_cards",
    "member_counts",
    "member_of",
    "members_by_cohort",
    "members_of",
    "memberships_of",
    "normal_code",
    "open_code",
    "printed_cards",
    "visible_cohorts",
    "withdraw_join_code",
    "withdraw_member",
]
