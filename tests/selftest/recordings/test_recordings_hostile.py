"""A hostile cassette gets one sentence and exit 2."""

import re
import time

import pytest

from restore_conformance.cli import main
from restore_conformance.contract import places
from restore_conformance.recorded import cassettes
from restore_conformance.verdicts import UsageError

GOOD = (places.CASSETTES / "create" / "response.created.yaml").read_text()

BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)
)
HOSTILE = {
    "empty": "",
    "text": "just a text",
    "a list": "- 1\n- 2\n",
    "tag that runs": "provenance: !!python/object/apply:os.system ['true']\n",
    "tag of ours": "provenance: !secret x\n",
    "bomb": BOMB,
    "alias": "a: &x 1\nb: *x\n",
    "deep": "[" * 5000 + "]" * 5000,
    "broken": "a: [1, 2\nb: }",
    "tab": "a:\n\t- b",
    "null byte": "a: \x00",
    "number for text": re.sub(r"method: POST", "method: 7", GOOD, count=1),
    "text for number": re.sub(r"code: 201", "code: many", GOOD, count=1),
    "status out of range": re.sub(r"code: 201", "code: 99999", GOOD, count=1),
    "no interactions": GOOD[: GOOD.index("interactions:")] + "interactions: []\n",
    "no such origin": GOOD.replace("origin: mock", "origin: productive"),
    "no date": re.sub(r"recorded: '[0-9-]+'", "recorded: '2026-99-99'", GOOD),
    "steps missing": re.sub(r"steps:\n(?:[- ] .*\n)+", "steps: []\n", GOOD),
    "extra member": "extra: 1\n" + GOOD,
    "body a number": re.sub(r"body: '.*'", "body: 12", GOOD, count=1),
    "headers a list": re.sub(r"headers:\n +Authorization:", "headers:\n      - x\n      Authorization:", GOOD, count=1),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_cassette_gets_one_sentence(what, tmp_path, capsys):
    path = tmp_path / "hostile.yaml"
    path.write_text(HOSTILE[what])
    started = time.perf_counter()
    with pytest.raises(UsageError) as caught:
        cassettes.load(path)
    assert "hostile.yaml" in str(caught.value)
    assert main(["judge", str(path), "--report", str(tmp_path / "r")]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1, err
    assert "hostile.yaml" in err
    assert len(err) < 600
    assert time.perf_counter() - started < 5


def test_a_hundred_megabytes_are_not_read(tmp_path, capsys):
    path = tmp_path / "large.yaml"
    with path.open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    started = time.perf_counter()
    assert main(["judge", str(path), "--report", str(tmp_path / "r")]) == 2
    assert time.perf_counter() - started < 2
    assert "it has more than" in capsys.readouterr().err


def test_bytes_that_are_no_text_are_refused(tmp_path):
    path = tmp_path / "binary.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="not text in UTF-8"):
        cassettes.load(path)


def test_a_cassette_of_others_is_judged_as_theirs(tmp_path, review):
    """vcrpy's own file, without our block: what it does not show is unknown, and it is no evidence of ours."""
    path = tmp_path / "theirs.yaml"
    path.write_text(GOOD[GOOD.index("interactions:") :] + "version: 1\n")
    _, made, _ = review(path)
    assert made.sources[0].origin == "elsewhere"
    assert made.sources[0].exchanges == 3
