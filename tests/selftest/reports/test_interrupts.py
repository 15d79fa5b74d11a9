"""Ctrl-C and SIGTERM: the first leaves a record that claims nothing of the rest, the second leaves at once."""

import os
import signal
import time

import forms
import pytest
from looking import some
from servers import silent

from restore_conformance.campaign.interrupts import Interruptible, Interrupts
from restore_conformance.campaign.result import Stop, conclude
from restore_conformance.exchange import Request
from restore_conformance.mock import Service
from restore_conformance.mock.server import serving
from restore_conformance.targets import Embedded

NUMBERS = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])


def run(base, token, folder, *more):
    """The arguments of a run."""
    arguments = ["run", "--target", base, "--token", token, "--report", folder, "--plain", *more]
    return ["-m", "restore_conformance.cli", *arguments]


def wait_for(condition, seconds=30):
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.01)
    assert condition()


@pytest.mark.parametrize("number", some([signal.SIGINT, signal.SIGTERM], signal.SIGINT), ids=["Ctrl-C", "SIGTERM"])
def test_the_first_signal_leaves_a_partial_record_that_says_so(tmp_path, started, number):
    service = Service()
    answer, asked = service.answer, []

    def slow(one):
        asked.append(one)
        time.sleep(0.01)
        return answer(one)

    service.answer = slow
    with serving(service) as base:
        running = started(*run(base, service.token, tmp_path), text=True)
        wait_for(lambda: len(asked) > 40)
        os.kill(running.pid, number)
        out, err = running.communicate(timeout=60)
    assert running.returncode == 3, out + err
    record = forms.record(tmp_path / "run.json")
    assert record["stopped"] == "interrupted"
    assert record["verdict"] == "inconclusive"
    assert 40 <= record["requests"] < 350
    assert len(forms.exchanges(tmp_path / "exchanges.ndjson")) == record["stored"]["exchanges"] > 30
    forms.archive(tmp_path / "run.har")
    forms.junit(tmp_path / "junit.xml")
    assert "This record is partial" in out
    assert "This record is partial" in (tmp_path / "report.html").read_text()
    assert "This record is partial" in (tmp_path / "report.md").read_text()
    assert "Interrupted: writing what there is" in err
    assert "Traceback" not in err


def test_the_first_signal_does_not_wait_for_an_answer(tmp_path, started):
    with silent() as base:
        running = started(*run(base, "t0ken-of-twelve", tmp_path, "--timeout", "60"), text=True)
        assert "Judging" in running.stderr.readline()
        time.sleep(0.5)
        before = time.monotonic()
        os.kill(running.pid, signal.SIGINT)
        out, err = running.communicate(timeout=60)
    assert time.monotonic() - before < 15
    assert running.returncode == 3, out + err
    assert forms.record(tmp_path / "run.json")["stopped"] == "interrupted"


def test_the_second_signal_leaves_at_once_and_harms_no_earlier_report(tmp_path, started):
    (tmp_path / "run.json").write_text("of an earlier run")
    slow = tmp_path / "slow.py"
    slow.write_text(
        "import sys, time\n"
        "from restore_conformance import cli\n"
        "from restore_conformance.records import run_record as record\n"
        "real = record.run_of\n"
        "def run_of(*a, **k):\n"
        "    print('writing', file=sys.stderr, flush=True)\n"
        "    time.sleep(60)\n"
        "record.run_of = run_of\n"
        "sys.exit(cli.main(sys.argv[1:]))\n"
    )
    service = Service()
    with serving(service) as base:
        arguments = ["run", "--target", base, "--token", service.token, "--report", tmp_path, "--profile", "quick"]
        running = started(slow, *arguments, text=True)
        while running.stderr.readline() != "writing\n":
            assert running.poll() is None
        os.kill(running.pid, signal.SIGINT)
        assert "Interrupted" in running.stderr.readline() + running.stderr.readline()
        assert running.poll() is None
        os.kill(running.pid, signal.SIGINT)
        _, err = running.communicate(timeout=10)
    assert running.returncode == 130
    assert "Traceback" not in err
    assert (tmp_path / "run.json").read_text() == "of an earlier run"


class Slow:
    """A service in process during whose answer a signal comes."""

    def __init__(self, number):
        self.number, self.came_back = number, False

    def handle(self, request):
        os.kill(os.getpid(), self.number)
        time.sleep(0.2)
        self.came_back = True


def signalled(number):
    os.kill(os.getpid(), number)
    time.sleep(0.2)


@NUMBERS
def test_a_signal_is_let_in_only_while_a_target_is_waited_for(number, capfd):
    with Interrupts() as signals:
        target = Interruptible(Embedded(Slow(number)), signals)
        with pytest.raises(KeyboardInterrupt):
            target.send(Request("GET", "/x"))
    assert not target._target.service.came_back
    before = signal.getsignal(number)
    with Interrupts() as signals:
        target = Interruptible(Embedded(Service()), signals)
        os.kill(os.getpid(), number)
        time.sleep(0.01)
        with pytest.raises(KeyboardInterrupt):
            target.send(Request("GET", "/x"))
        with pytest.raises(KeyboardInterrupt):
            signalled(number)
    assert signal.getsignal(number) == before
    assert capfd.readouterr().err.count("once more leaves at once") == 2


def test_a_partial_run_never_claims_conformance(judged):
    verdicts = judged(profile="quick").verdicts
    assert conclude(verdicts)[0] == 0
    code, reason, _ = conclude(verdicts, Stop.INTERRUPTED, "interrupted")
    assert code == 3
    assert reason.startswith("interrupted with")
    code, reason, _ = conclude(verdicts, Stop.BOUND, "the bound of 9 requests was reached")
    assert code == 0
    assert reason.endswith("until the bound of 9 requests was reached")
