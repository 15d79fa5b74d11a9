"""What deleting a session answers, and what it leaves behind."""

from restore_conformance.checks import agreement, readings
from restore_conformance.clauses import clause, sent, session, since, trusted
from restore_conformance.recogniser import answers
from restore_conformance.verdicts import Untouched


@clause(when=sent("delete") & session("draft") & trusted)
def test_no_content(exchange, known):
    """Deleting is answered without content."""
    readings.changed(exchange, known, 204)


@clause(when=sent("get") & session("gone") & trusted)
def test_gone(exchange, known):
    """A deleted session is gone, and stays so."""
    readings.not_found(exchange, known)


@clause(when=sent("get") & session("draft", "started") & since("other:deleted") & trusted)
def test_only_that(exchange, known):
    """Another session stays."""
    if readings.long_ago(known):
        raise Untouched("many sessions were made since: see get/response.late")
    readings.found(exchange, known, "other:deleted")


@clause(when=sent("list-artifacts") & session("gone") & trusted)
def test_artifacts_gone(exchange, known):
    """With a session go its artifacts."""
    readings.has_route(exchange, known)
    if exchange.status == 200:
        readings.compared(exchange, known, "items")
        agreement.same_number(answers.objects(exchange.answer, "value"), [], "artifacts of a session that is gone")
