"""A ledger is drafted from a run: what is broken gets an entry, and what stands there stays as it is."""

import json

import pytest

from restore_conformance import cli
from restore_conformance.reports.ledger import HEAD, drafted, read_ledger
from restore_conformance.verdicts import UsageError

HERE = "http://127.0.0.1:8080/beta"


def record(**verdicts):
    """As much of a run record as a draft looks at."""
    levels = {"name": "must"}
    return {
        "started": "2026-11-28T20:00:00+00:00",
        "target": HERE,
        "clauses": [
            {
                "id": f"create/response.{name.replace('_', '-')}",
                "level": "should" if verdict == "advice" else levels["name"],
                "verdict": "fail" if verdict == "advice" else verdict,
                "says": 'An answer\nholds "a thing".',
            }
            for name, verdict in verdicts.items()
        ],
    }


def filled(text):
    """The draft after its owners had it."""
    for name, value in (("reason", "Known."), ("case", "EMU-1"), ("owner", "Team"), ("review", "2030-01-31")):
        text = "\n".join(
            f'{name:6} = "{value}"' if line.startswith(f"{name:6} = ") else line for line in text.splitlines()
        )
    return text + "\n"


def test_each_broken_must_clause_gets_an_entry(tmp_path, register):
    """One that is filled in can be read; advice and what passes get none."""
    text, added, _ = drafted(HEAD, record(id="fail", created="pass", location="advice"), HERE, "f")
    assert added == ["create/response.id"]
    path = tmp_path / "f.toml"
    path.write_text(filled(text))
    (entry,) = read_ledger(str(path), register).entries
    assert (entry.clause, entry.target) == ("create/response.id", HERE)


def test_an_entry_that_is_not_filled_in_is_one_sentence(tmp_path, register):
    """It names the clause and the member."""
    text, _, _ = drafted(HEAD, record(id="fail"), HERE, "f")
    path = tmp_path / "f.toml"
    path.write_text(text)
    with pytest.raises(UsageError) as found:
        read_ledger(str(path), register)
    assert "reason must be a text" in str(found.value)
    assert "create/response.id is not filled in yet" in str(found.value)
    path.write_text(filled(text).replace("2030-01-31", ""))
    with pytest.raises(UsageError, match=r"review must be a date.*create/response\.id is not filled in yet"):
        read_ledger(str(path), register)


@pytest.mark.parametrize("end", ["", "\n", "\n\n", "\r\n", "\n# and a last word"])
def test_what_stands_there_stays_letter_for_letter(end):
    """Comments, order and line ends; a second time nothing is added."""
    before = f'# Ours.\n[[deviation]]\nclause = "create/response.id" # why\ntarget = "http://127.0.0.1:*/beta"{end}'
    run = record(id="fail", created="fail")
    after, added, _ = drafted(before, run, HERE, "f")
    assert after.startswith(before)
    assert added == ["create/response.created"]
    assert drafted(after, run, HERE, "f") == (after, [], [])


def test_an_entry_whose_clause_passes_is_said_and_left():
    """Only its owner takes it out."""
    before, _, _ = drafted(HEAD, record(id="fail"), HERE, "f")
    assert drafted(before, record(id="pass"), HERE, "f") == (before, [], ["create/response.id"])


@pytest.mark.parametrize(
    ("text", "target", "says"),
    [("[[", HERE, "not a TOML"), ("deviation = 3", HERE, "two brackets"), ("", "somewhere", "--target somewhere")],
)
def test_what_cannot_be_a_ledger_is_one_sentence(text, target, says):
    with pytest.raises(UsageError, match=says):
        drafted(text, record(id="fail"), target, "f")


def test_the_command_writes_and_adds(tmp_path, monkeypatch, capsys, folder):
    """init does not write over a ledger; update needs one; a private target is named."""
    monkeypatch.chdir(tmp_path)
    faulty_run = folder("mixed-accepted")
    assert cli.main(["deviations", "update", str(faulty_run)]) == 2
    assert "init writes one" in capsys.readouterr().err
    assert cli.main(["deviations", "init", str(faulty_run)]) == 0
    said = capsys.readouterr().out
    assert "fill in reason, case, owner and review of each" in said
    before = (tmp_path / "deviations.toml").read_bytes()
    assert cli.main(["deviations", "init", str(faulty_run)]) == 2
    assert "update adds to it" in capsys.readouterr().err
    assert cli.main(["deviations", "update", str(faulty_run)]) == 0
    assert "0 entries added" in capsys.readouterr().out
    assert (tmp_path / "deviations.toml").read_bytes() == before
    private = json.loads((faulty_run / "run.json").read_text())
    private["target"] = "https://scrubbed-host-0123456789ab.scrubbed.example/beta"
    (tmp_path / "run.json").write_text(json.dumps(private))
    assert cli.main(["deviations", "update", "run.json"]) == 2
    assert "name it with --target" in capsys.readouterr().err
    assert cli.main(["deviations", "update", "run.json", "--target", "https://emulator.example/beta"]) == 0
