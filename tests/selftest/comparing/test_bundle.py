"""The support bundle: whole, the same every time, and refused where it would betray anything."""

import base64
import hashlib
import io
import json
import re
import subprocess
import zipfile

import jsonschema
import pytest
from canaries import FORMS
from looking import some
from rendering import shown

from restore_conformance.contract.documents import pinned
from restore_conformance.records.finding import broke, exchanges
from restore_conformance.records.reader import read_record
from restore_conformance.reports.bundle import failed_clause, files, select, zipped
from restore_conformance.reports.bundle_readme import Case

CLAUSE, FAULT = "create/introduction.no-payload-job-type", "default-job-typed-bulk"
TALK, TALK_FAULT = "activate/errors.not-a-draft", "activate-any-state"


def unpacked(path):
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {entry.filename: archive.read(entry) for entry in archive.infolist()}


@pytest.fixture
def bundle(command, folder, tmp_path):
    """Makes a bundle of a fault's finding and gives its files."""

    def make(fault=FAULT, clause=CLAUSE, *arguments, **settings):
        code, out, err = command("bundle", folder(fault, **settings), clause, "--to", tmp_path / "b.zip", *arguments)
        assert code == 0, err
        assert "none found" in out
        return unpacked(tmp_path / "b.zip")

    return make


# ------------------------------------------------------------------ what is in it


def test_a_bundle_says_all_a_vendor_would_ask(bundle, record, entry):
    made = bundle()
    text = made["README.md"].decode()
    parts = [
        CLAUSE, entry(record(FAULT), CLAUSE)["says"], "learn.microsoft.com", "view=graph-rest-beta", "`'standard'`",
        "`bulk`", "/restoreJobType", "| request-id | client-request-id | date | x-ms-ags-diagnostic |", "Python",
        "graph-restore-conformance", "system", "profile", "seed", "curl -i -X POST",
        "'Authorization: Bearer '\"$TOKEN\"",
    ]  # fmt: skip
    for part in parts:
        assert part in text, part
    stored = [json.loads(line) for line in made["exchanges.ndjson"].splitlines()]
    assert stored
    for exchange in stored:
        ids = dict(map(tuple, exchange["response"]["headers"]))
        assert ids["request-id"] in text
        assert ids["client-request-id"] in text
        assert exchange["started"] in text


def test_its_parts_are_what_their_names_say(bundle):
    made = bundle()
    run = json.loads(made["finding.json"])
    schema = json.loads(made["run.schema.json"])
    jsonschema.validate(run, schema)
    assert [one["id"] for one in run["clauses"]] == [CLAUSE]
    finding = run["clauses"][0]["findings"][0]
    assert made["request.http"].decode().startswith("POST ")
    assert made["response.http"].decode().startswith("HTTP/1.1 201")
    assert json.loads(made["response.json"])["restoreJobType"] == "bulk"
    assert made["curl.sh"].decode().splitlines()[-1] == finding["curl"]
    har = json.loads(made["exchanges.har"])["log"]
    stored = [json.loads(line) for line in made["exchanges.ndjson"].splitlines()]
    assert har["version"] == "1.2"
    assert [entry["startedDateTime"] for entry in har["entries"]] == [one["started"] for one in stored]
    assert all(CLAUSE in one["failed"] for one in stored)
    assert broke(finding)["number"] in [one["number"] for one in stored]


def test_the_har_of_a_bundle_is_judged_like_the_run(bundle, command, tmp_path):
    (tmp_path / "b.har").write_bytes(bundle()["exchanges.har"])
    code, out, err = command("judge", tmp_path / "b.har", "--report", tmp_path / "judged")
    assert code == 1, err
    assert CLAUSE in out


def test_a_curl_line_is_good_shell(bundle, tmp_path):
    (tmp_path / "curl.sh").write_bytes(bundle()["curl.sh"])
    subprocess.run(["sh", "-n", str(tmp_path / "curl.sh")], check=True, timeout=30)


def test_a_conversation_is_whole_and_in_order(bundle):
    made = bundle(TALK_FAULT, TALK)
    run = json.loads(made["finding.json"])
    steps = [one["step"] for one in exchanges(run["clauses"][0]["findings"][0])]
    sent = [name for name in made if re.fullmatch(r"conversation/\d\d-[a-z0-9-]+\.request\.http", name)]
    assert [re.sub(r"^conversation/\d\d-|\.request\.http$", "", name) for name in sent] == steps
    stored = [json.loads(line) for line in made["exchanges.ndjson"].splitlines()]
    assert len({one["conversation"] for one in stored}) == 1
    assert len(stored) >= len(steps)
    assert "It takes several requests" in made["README.md"].decode()


def test_the_last_good_run_is_named_and_compared(bundle, record, tmp_path):
    good = record(seed=3)
    (tmp_path / "good.json").write_text(json.dumps(good))
    text = bundle(FAULT, CLAUSE, "--good", tmp_path / "good.json")["README.md"].decode()
    assert f"Last good run: `{good['started']}`" in text
    assert "The seeds differ: 3, then 1." in text


def test_what_a_history_says_is_told(command, folder, tmp_path):
    def remember(run):
        entry = next(one for one in run["clauses"] if one["id"] == CLAUSE)
        entry["history"] = {"first_seen": "2026-11-01T02:00:00Z", "last_good": "2026-10-31T02:00:00Z", "runs": 26}

    place = folder(FAULT, change=remember)
    assert command("bundle", place, CLAUSE)[0] == 0
    text = unpacked(place / "create-introduction.no-payload-job-type.zip")["README.md"].decode()
    assert "First seen: `2026-11-01T02:00:00Z`, in 26 runs in a row." in text
    assert "Last good run: `2026-10-31T02:00:00Z`." in text


def test_what_nobody_else_needs_is_left_out(command, folder, tmp_path):
    def own(run):
        run["ledger"] = {"accepted": [CLAUSE], "errors": [], "notes": []}
        entry = next(one for one in run["clauses"] if one["id"] == CLAUSE)
        entry["accepted"] = {"reason": "we know", "owner": "Our Own Team", "review": "2030-01-01", "case": "CASE-77"}

    place = folder(FAULT, change=own)
    assert command("bundle", place, CLAUSE, "--to", tmp_path / "b.zip")[0] == 0
    made = unpacked(tmp_path / "b.zip")
    assert not any(b"Our Own Team" in content for content in made.values())
    assert "CASE-77" in made["README.md"].decode()
    settings = json.loads(made["finding.json"])["settings"]
    assert not {"report", "deviations", "ca_bundle"} & set(settings)


def test_the_number_of_exchanges_is_bounded_and_the_rest_counted(bundle):
    made = bundle("field-total-text", "create/response.counts-integers", "--exchanges", "3")
    stored = [json.loads(line) for line in made["exchanges.ndjson"].splitlines()]
    evidence = json.loads(made["finding.json"])["clauses"][0]["findings"][0]["evidence"][-1]["exchange"]["number"]
    assert len(stored) == 3
    assert evidence in [one["number"] for one in stored]
    assert re.search(r"3 stored exchanges about it; \d+ more are left out", made["README.md"].decode())


def test_the_same_input_gives_the_same_bytes(command, folder, tmp_path):
    place = folder(FAULT)
    digests = set()
    for number in range(2):
        to = tmp_path / f"{number}.zip"
        assert command("bundle", place, CLAUSE, "--to", to)[0] == 0
        digests.add(hashlib.sha256(to.read_bytes()).hexdigest())
    assert len(digests) == 1
    with zipfile.ZipFile(to) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert not any(entry.filename.startswith("/") or ".." in entry.filename for entry in archive.infolist())


@pytest.mark.parametrize(
    ("fault", "clause"),
    [
        ("context-is-an-object", "create/response.odata-context"),
        ("list-as-text", "list/response.media-type"),
        pytest.param("field-limit-page", "create/errors.artifacts-limit", marks=pytest.mark.deep),
        pytest.param("delete-takes-another", "delete/response.only-that", marks=pytest.mark.deep),
        pytest.param("unknown-member-crashes", "create/request-body.unknown-members", marks=pytest.mark.deep),
        pytest.param("get-crashes-on-granular", "delete/response.only-that", marks=pytest.mark.deep),
    ],
)
def test_what_was_scrubbed_is_not_taken_for_a_secret(bundle, fault, clause):
    """Control information of OData, bodies that were cut, no answer at all, pages."""
    assert "README.md" in bundle(fault, clause)


# ------------------------------------------------------------------ hostile text


def test_hostile_text_is_inert(folder, tmp_path):
    bad = "\x1b[31m`</code><script>alert(1)</script>\u202e | x\r\nEvil: 1\x00 ../../etc"

    def poison(run):
        entry = next(one for one in run["clauses"] if one["id"] == TALK)
        finding = entry["findings"][0]
        finding.update(message=bad, expected=bad, observed=bad, pointer=bad, curl=bad, consequences=[bad])
        entry["heading"] = entry["says"] = bad
        run["target"] = run["profile"] = bad
        run["settings"] = {bad: bad}
        for exchange in exchanges(finding):
            exchange["step"] = bad
            exchange["response"]["headers"] = [[bad, bad], ["Request-Id", bad]]
            exchange["response"]["body"] = {"size": 5, "text": bad}

    place = folder(TALK_FAULT, change=poison)
    run = read_record(str(place))
    clause = failed_clause(run, TALK)
    made = files(Case(run, clause, select(place / "exchanges.ndjson", clause, 20)))
    for name, content in made.items():
        assert re.fullmatch(r"(conversation/\d\d-[a-z0-9-]+\.)?[a-zA-Z.]+", name), name
        if name.endswith((".http", ".md", ".sh")):
            assert not re.search("[\x00\x1b\u202e\r]", content.decode()), name
    page = shown(made["README.md"].decode())
    assert {tag for tag, _ in page.tags} <= {
        "h1", "h2", "p", "code", "pre", "table", "thead", "tbody", "tr", "th", "td", "ul", "ol", "li", "a",
    }  # fmt: skip
    assert [one["href"].split("/")[2] for tag, one in page.tags if tag == "a"] == ["learn.microsoft.com"]
    assert "alert" in page.bare  # the sentence of the clause, as text
    headers = made["response.http"].decode().partition("\n\n")[0].splitlines()
    assert not any(line.startswith("Evil") for line in headers)


# ------------------------------------------------------------------ leaks


def plant_in_record(run, secret):
    entry = next(one for one in run["clauses"] if one["id"] == CLAUSE)
    entry["findings"][0]["message"] += f" by {secret}"


def plant_in_body(run, secret):
    entry = next(one for one in run["clauses"] if one["id"] == CLAUSE)
    body = entry["findings"][0]["evidence"][-1]["exchange"]["response"]["body"]
    body["text"] = body["text"][:-1] + f',"note":{json.dumps(secret)}}}'


def plant_in_setting(run, secret):
    run["settings"]["readings"] = secret


PLACES = {"message": plant_in_record, "body": plant_in_body, "setting": plant_in_setting}


@pytest.mark.parametrize("place", some(PLACES, "body"))
@pytest.mark.parametrize("kind", FORMS)
def test_a_secret_in_the_record_is_refused_and_not_shown(command, folder, tmp_path, kind, place):
    secret, called = FORMS[kind]
    where = folder(FAULT, change=lambda run: PLACES[place](run, secret))
    code, out, err = command("bundle", where, CLAUSE, "--to", tmp_path / "b.zip")
    assert code == 2, out
    assert "No bundle was written" in err
    assert called in err
    assert re.search(r"README\.md|finding\.json|response\.http|response\.json", err)
    assert secret not in err
    assert not (tmp_path / "b.zip").exists()
    assert err.count("\n") == 1


@pytest.mark.parametrize("kind", FORMS)
def test_a_secret_in_a_stored_exchange_is_refused(command, folder, tmp_path, kind):
    secret, called = FORMS[kind]
    where = folder(FAULT)
    path = where / "exchanges.ndjson"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    for exchange in lines:
        exchange["note"] = f"seen with {secret}"
    path.write_text("".join(json.dumps(one) + "\n" for one in lines))
    code, _, err = command("bundle", where, CLAUSE, "--to", tmp_path / "b.zip")
    assert code == 2
    assert f"exchanges.ndjson holds {called}" in err
    assert secret not in err


@pytest.mark.parametrize(
    ("side", "name", "value"),
    [
        ("request", "Authorization", "Bearer abc"),
        ("request", "Authorization", "Basic Y2FuYXJ5OnNlY3JldA=="),
        ("request", "Cookie", "session=canary-123456"),
        ("response", "Set-Cookie", "auth=canary-123456; Path=/"),
        ("request", "X-Api-Key", "canary-123456"),
    ],
)
def test_a_secret_in_a_header_is_refused(command, folder, tmp_path, side, name, value):
    def plant(run):
        entry = next(one for one in run["clauses"] if one["id"] == CLAUSE)
        entry["findings"][0]["evidence"][-1]["exchange"][side]["headers"].append([name, value])

    code, _, err = command("bundle", folder(FAULT, change=plant), CLAUSE, "--to", tmp_path / "b.zip")
    assert code == 2
    assert "secret in a header" in err
    assert "canary" not in err


def test_the_token_of_the_environment_is_known(command, folder, tmp_path, monkeypatch):
    monkeypatch.setenv("RESTORE_CONFORMANCE_TOKEN", "canary-of-the-environment-42")
    coded = base64.b64encode(b"xx canary-of-the-environment-42").decode()
    code, _, err = command(
        "bundle", folder(FAULT, change=lambda run: plant_in_record(run, coded)), CLAUSE, "--to", tmp_path / "b.zip"
    )
    assert code == 2
    assert "No bundle was written" in err


def test_a_host_of_ones_own_stands_nowhere_in_a_record(record):
    """Nor in the settings, which are shown as text."""
    text = json.dumps(record(FAULT, target="https://emulator.corp-internal.net/beta"))
    assert "corp-internal" not in text
    assert ".scrubbed.example/beta" in text


# ------------------------------------------------------------------ bad input


def test_bad_input_is_one_sentence_and_exit_2(command, folder, tmp_path, record):
    place = folder(FAULT)
    good = folder("", "good")
    cases = [
        ((place, "create/introduction.no-payload-jobtype"), f"Did you mean {CLAUSE}"),
        ((place, "create/response.id"), f"did not fail in this run: it is passed. Failed clauses: {CLAUSE}."),
        ((good, CLAUSE), "it is passed. No clause failed."),
        ((place, CLAUSE, "--exchanges", "0"), "must be from 1 to 10000"),
        ((place, CLAUSE, "--good", place), "is failed there, and in a good run it has passed"),
        ((place, CLAUSE, "--good", "no-such"), "There is no run record no-such"),
        ((place, CLAUSE, "--to", "/dev/null/b.zip"), "cannot be written"),
        ((tmp_path, CLAUSE), "holds no run.json"),
        ((place, "x" * 100_000), "This run has no clause"),
        ((place,), "required"),
    ]
    for arguments, says in cases:
        code, out, err = command("bundle", *arguments)
        assert code == 2, arguments
        assert says in err
        assert "Traceback" not in err
        assert len(err) < 1000
        assert out == ""


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "there are no exchanges to bundle; keep it beside run.json"),
        ("{", "line 1 is not an exchange"),
        ("[]", "line 1 is not an exchange"),
        ('{"number": 1}', "line 1 is not an exchange"),
        ("\xff", "line 1 is not an exchange"),
        ("[" * 100_000, "line 1 is not an exchange"),
        ('"' + "x" * (5 * 1024 * 1024), "line 1 has more than 4194304 bytes"),
    ],
)
def test_stored_exchanges_that_are_none_are_one_sentence(command, folder, text, says):
    place = folder(FAULT)
    path = place / "exchanges.ndjson"
    path.unlink() if text is None else path.write_bytes(text.encode("latin-1"))
    code, _, err = command("bundle", place, CLAUSE)
    assert code == 2
    assert says in err
    assert "Traceback" not in err


def test_a_zip_has_one_form():
    made = zipped({"a.txt": b"a", "b/c.txt": b"c" * 1000})
    assert made == zipped({"a.txt": b"a", "b/c.txt": b"c" * 1000})
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert archive.namelist() == ["a.txt", "b/c.txt"]
    assert pinned().json("run.schema.json")["title"] == "Run record"
