"""What the exchanges so far have shown, folded from bytes along the order of the wire, whoever planned them.

Knows no clause and no planner: whether something shown breaks a clause is for judgements.
"""

from restore_conformance.state.known import Aspect, Between, Known, Row
from restore_conformance.state.session import session_of, shows_route
from restore_conformance.state.state import State

__all__ = ["Aspect", "Between", "Known", "Row", "State", "session_of", "shows_route"]
