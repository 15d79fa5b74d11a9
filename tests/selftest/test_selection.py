"""Some clauses alone: what is sent for them, what is judged, and when a run ends early."""

import contextlib
import json
import shutil
import time
from dataclasses import replace

import pytest
from servers import answering

from restore_conformance import cli
from restore_conformance.campaign.result import conclude
from restore_conformance.campaign.selection import Rehearsal, selected
from restore_conformance.clauses import Clause, load
from restore_conformance.commands.run import campaign_of
from restore_conformance.contract import places
from restore_conformance.mock import Service
from restore_conformance.mock.faults import seeded
from restore_conformance.mock.server import listen, serving
from restore_conformance.recorded import replay
from restore_conformance.records.run_record import run_of
from restore_conformance.reports.comparison import Kind, compare
from restore_conformance.scrub import Scrub
from restore_conformance.settings import Settings
from restore_conformance.settings.table import ROWS
from restore_conformance.settings.values import headers_from
from restore_conformance.targets import Embedded, Http, answers
from restore_conformance.verdicts import ClauseVerdict, Exit, Level, UsageError, Verdict

REGISTER = load()
WHOLE = {"standard": 245, "quick": 120}
"""Requests of a whole run of the mock in which nothing is drawn."""


def campaign(service, **settings):
    """A run against a service in this process."""
    tokens = {kind: token for token, kind in service.tokens.items()}
    others = {kind: token for kind, token in tokens.items() if kind != "good"}
    made = Settings(token=tokens["good"], identities=others, **settings)
    return campaign_of(made, Embedded(service), REGISTER)


# ------------------------------------------------------------------ --only


def test_clauses_are_named_by_address_heading_operation_and_pattern():
    """What names nothing is one sentence."""
    assert selected(REGISTER, ["create/response.id"]) == {"create/response.id"}
    heading = selected(REGISTER, ["create/response"])
    assert len(heading) > 5
    assert all(address.startswith("create/response.") for address in heading)
    assert all(address.startswith("delete/") for address in selected(REGISTER, ["delete"]))
    assert selected(REGISTER, ["create/response.*"]) == heading
    assert selected(REGISTER, ["delete", "create/response.id"]) > {"create/response.id"}
    with pytest.raises(UsageError, match=r"--only 'create/respons' names no clause.*Did you mean 'create/response'"):
        selected(REGISTER, ["create/respons"])


@pytest.mark.parametrize(
    ("only", "profile"), [("create/response", "standard"), ("create/response", "quick"), ("activate", "quick")]
)
def test_much_less_is_sent_and_all_that_was_asked_for_is_judged(only, profile):
    """Also for clauses that need sessions and other callers."""
    result = campaign(Service(), only=(only,), profile=profile, drawn=0).run()
    assert result.exit is Exit.CONFORMANT
    assert result.requests < WHOLE[profile] * 0.6
    assert {found.clause.address for found in result.verdicts} == selected(REGISTER, [only])


@pytest.mark.parametrize(
    ("fault", "only", "profile"),
    [
        # Told from a server that refuses everything, and from one that lacks the route.
        ("field-tab-refused", "create/request-body.white-space", "standard"),
        ("list-read-permission-refused", "list/permissions.read-permission-suffices", "quick"),
    ],
)
def test_a_fault_is_detected_by_its_clause_alone(fault, only, profile):
    """What a clause is told apart from is sent as well."""
    (found,) = campaign(seeded(fault), only=(only,), profile=profile).run().verdicts
    assert found.verdict is Verdict.FAIL


def test_a_scenario_is_chosen_that_shows_what_the_target_has():
    """However many clauses one touches in which only callers without the permission ask."""
    rehearsal = Rehearsal(
        touched={("life", 0): {"list/a"}, ("callers", 0): {"list/a", "list/b", "list/c"}},
        operations={("life", 0): {"list"}, ("callers", 0): {"list"}},
        shown={("life", 0): {"list"}},
    )
    wanted = Clause("list/c", Level.MUST, "", "")
    assert rehearsal.scenes_for([wanted]) == {("life", 0), ("callers", 0)}


def test_a_break_outside_the_selection_is_not_announced(tmp_path, capsys):
    """The requests of a selection may break other clauses; no line names them, and the record needs none of them."""
    service = seeded("standard-answered-200")
    with serving(service) as base:
        arguments = ["run", "--target", base, "--token", service.token, "--report", str(tmp_path)]
        code = cli.main([*arguments, "--profile", "quick", "--only", "create/response", "--plain", "--no-har"])
    printed = capsys.readouterr().err
    assert code == Exit.BROKEN
    assert "failed  must    create/response.created" in printed
    assert "create/examples.standard" not in printed


def test_sufficiency_is_counted_over_the_selection():
    """The essential clauses are those of the selection, and what nothing tested is not conformant."""
    verdicts = [ClauseVerdict(REGISTER["create/response.id"], Verdict.PASS)]
    assert conclude(verdicts)[0] is Exit.CONFORMANT
    advice = next(made for made in REGISTER.clauses if made.level == "should")
    assert conclude([ClauseVerdict(advice)])[0] is Exit.UNJUDGED


def test_only_a_part_of_a_live_plan_is_rehearsed():
    """The plan of the profiles for live targets is made of the clauses."""
    result = campaign(Service(), only=("create/response.id",), profile="live").run()
    assert [found.verdict for found in result.verdicts] == [Verdict.PASS]
    assert result.requests < 20


def test_recordings_are_judged_by_some_clauses(tmp_path):
    """Also where they hold evidence for others."""
    (tmp_path / "delete").mkdir()
    shutil.copy(next((places.CASSETTES / "delete").glob("*.yaml")), tmp_path / "delete")
    result = replay(REGISTER, Settings(target="replay", only=("delete",)), None, tmp_path)
    assert {found.clause.operation for found in result.verdicts} == {"delete"}
    assert result.settings.shown()["only"] == "delete"


# ------------------------------------------------------------------ --max-failures


def test_nothing_more_is_sent_once_enough_is_broken():
    """The report says so, and the exit code is that of a broken contract."""
    result = campaign(seeded("mixed-accepted"), max_failures=1).run()
    assert result.exit is Exit.BROKEN
    assert result.requests < WHOLE["standard"] / 2
    assert "1 must clause failed, and 1 was enough" in result.stopped
    assert result.stopped in result.reason


def test_no_failures_as_a_bound_send_everything():
    """0 is the default: no number of broken clauses is enough."""
    assert ROWS["max_failures"].read("0", "--max-failures") == ROWS["max_failures"].default == 0
    result = campaign(seeded("mixed-accepted"), max_failures=0, profile="quick").run()
    assert (result.exit, result.stopped) == (Exit.BROKEN, "")


def test_a_run_that_ended_early_says_nothing_of_routes_it_did_not_ask():
    """What was not sent is not tested because the run ended, and not because the target lacks a route."""
    result = campaign(seeded("mixed-accepted"), max_failures=1, profile="quick").run()
    left = [found for found in result.verdicts if found.verdict is Verdict.NONE and found.clause.operation == "delete"]
    assert left
    assert not [found.reason for found in left if "no route" in found.reason]
    assert any(found.reason == result.stopped for found in left)


def test_a_refusal_that_may_pass_is_asked_again_before_it_counts():
    """It counts where it comes again."""
    result = campaign(seeded("field-tab-refused"), max_failures=1).run()
    assert result.exit is Exit.BROKEN
    assert result.stopped


def test_a_conforming_server_is_asked_everything():
    """However few failures would be enough."""
    result = campaign(Service(), max_failures=1, profile="quick").run()
    assert (result.exit, result.stopped) == (Exit.CONFORMANT, "")


# ------------------------------------------------------------------ --header and --wait


class Gateway(Service):
    """Keeps what it is asked, and echoes a header of the user's."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def handle(self, request):
        self.seen.append(request)
        found = super().handle(request)
        echoed = [("X-Echo", value) for name, value in request.headers if name.lower() == "x-gateway"]
        return replace(found, headers=(*found.headers, *echoed))


@pytest.mark.parametrize(
    "pair", ["Host=a", "connection=close", "Authorization=Bearer x", "Cookie=a", "X", "=v", "X y=v", "X=", "X=\u00e4"]
)
def test_a_header_that_nobody_may_add_is_refused(pair):
    """In one sentence, without its value."""
    with pytest.raises(UsageError) as found:
        headers_from([pair])
    assert str(found.value).endswith(".")
    assert "Bearer" not in str(found.value)


def test_a_header_is_sent_with_every_request_and_shown_nowhere(tmp_path, capsys):
    """Its value is a secret, however short it is and whatever the server echoes."""
    secret, short = "a-secret-of-the-gateway", "b7"
    service = Gateway()
    with serving(service) as base:
        cli.main(
            ["run", "--target", base, "--token", service.token, "--header", f"X-Gateway={secret}", "--header",
             f"X-Short={short}", "--report", str(tmp_path), "--plain", "--max-requests", "12", "--profile", "quick"]
        )  # fmt: skip
    assert len(service.seen) >= 12
    for request in service.seen:
        headers = {name.lower(): value for name, value in request.headers}
        assert (headers["x-gateway"], headers["x-short"]) == (secret, short)
    said = capsys.readouterr()
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert written
    for text in (written.decode(), said.out, said.err):
        assert secret not in text
    assert f'"{short}"' not in written.decode()
    assert "(as given)" in written.decode()
    assert "set: X-Gateway, X-Short" in json.loads((tmp_path / "run.json").read_text())["settings"]["headers"]


def test_headers_are_not_for_live_targets(tmp_path, capsys, monkeypatch):
    """Nor is waiting: nothing is sent there without leave."""
    monkeypatch.chdir(tmp_path)
    for option in (("--header", "X=y"), ("--wait", "3")):
        assert cli.main(["run", "--target", "https://graph.microsoft.com/beta", *option]) == 2
        assert f"{option[0]} has no meaning with --target https://graph" in capsys.readouterr().err
        assert cli.main(["run", *option]) == 2
        assert f"{option[0]} has no meaning with --target mock" in capsys.readouterr().err


def is_up(base, seconds):
    """Whether something answers there within so many seconds."""
    with contextlib.closing(Http(base)) as target:
        return answers(target, seconds, 0.1)


def test_a_target_that_is_starting_is_waited_for():
    """Until it answers anything; a port where nobody listens is waited for no longer than was said."""
    listening = listen(0)
    port = listening.getsockname()[1]
    listening.close()
    before = time.monotonic()
    assert not is_up(f"http://127.0.0.1:{port}/beta", 0.3)
    assert time.monotonic() - before < 5
    with serving(Service()) as base:
        assert is_up(base, 5)


def test_a_gateway_in_front_of_a_server_that_is_starting_is_not_the_server():
    """502, 503 and 504 are what it answers meanwhile."""
    with answering(503) as (base, seen):
        assert not is_up(f"{base}/beta", 0.3)
    assert len(seen) > 1


def test_nobody_asks_while_it_is_waited():
    """A server that is starting gets no token."""
    service = Gateway()
    with serving(service) as base:
        assert is_up(base, 5)
    (request,) = service.seen
    assert "authorization" not in {name.lower() for name, _ in request.headers}


def test_a_part_is_compared_with_the_whole_by_what_both_are_about():
    """What one run was not about is not a clause that came or went, and the comparison says what differs."""
    runs = [run_of(campaign(Service(), profile="quick", only=only).run(), Scrub()) for only in ((), ("delete",))]
    for old, new in (runs, runs[::-1]):
        found = compare(old, new)
        assert {change.kind for change in found.changes} <= {Kind.GAINED, Kind.LOST}
        assert any("The setting only differs" in caveat for caveat in found.caveats)
