"""What the status of an answer says about the target: one table, with a column for each question that is asked of it.

Knows statuses alone; which operation was asked for, and by whom, is for those who ask.
"""

from __future__ import annotations

from typing import NamedTuple


class Meaning(NamedTuple):
    """What a status says, as far as it says it of every operation.

    `trouble`: anything between us and the target may have answered so; a control has to show that it was the target.
    `refuses`: the target refuses the payload, rather than the caller, the pace or the way.
    `of_session`: what the session is like may be the reason.
    `caller`: whoever asks is refused.
    `busy`: the same request may be answered otherwise later.
    `not_there`: the session does not exist. `no_route`: the target may lack the operation.
    """

    trouble: bool = False
    refuses: bool = False
    of_session: bool = True
    caller: bool = False
    busy: bool = False
    not_there: bool = False
    no_route: bool = False


_TABLE = {
    #            trouble  refuses  of_session caller  busy   not_there no_route
    401: Meaning(False,   False,   False,     True,   False, False,    False),
    403: Meaning(False,   False,   False,     True,   False, False,    False),
    404: Meaning(False,   True,    True,      False,  False, True,     True),
    405: Meaning(False,   True,    True,      False,  False, False,    True),
    407: Meaning(True,    False,   False,     False,  False, False,    False),
    408: Meaning(True,    False,   True,      False,  True,  False,    False),
    410: Meaning(False,   True,    True,      False,  False, True,     False),
    425: Meaning(True,    False,   False,     False,  True,  False,    False),
    429: Meaning(True,    False,   False,     False,  True,  False,    False),
    501: Meaning(True,    False,   True,      False,  True,  False,    True),
}  # fmt: skip
_SUCCESS, _REFUSAL, _ERROR, _OTHER = Meaning(), Meaning(refuses=True), Meaning(trouble=True, busy=True), Meaning(True)

CALLER = frozenset(status for status, row in _TABLE.items() if row.caller)
NOT_THERE = frozenset(status for status, row in _TABLE.items() if row.not_there)
ABSENT = frozenset(status for status, row in _TABLE.items() if row.no_route)


def meaning(status: int | None) -> Meaning:
    """What a status says; that of a success where there was no answer."""
    if status is None or 200 <= status < 300:
        return _SUCCESS
    if status in _TABLE:
        return _TABLE[status]
    return _REFUSAL if 400 <= status < 500 else _ERROR if status >= 500 else _OTHER
