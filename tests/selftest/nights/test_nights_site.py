"""The static pages: whole, linked, inert, written only where something changed, and nobody else's file touched."""

import html
import html.parser
import json
import re
import shutil
import xml.etree.ElementTree as ET

import pytest
from nights import simulated
from rendering import tags

from restore_conformance.clauses import load
from restore_conformance.history import runs, site
from restore_conformance.history.pages import slug
from restore_conformance.history.run_row import pack
from restore_conformance.history.store import open_store
from restore_conformance.verdicts import UsageError

LABELS = ("nightly-service", "emulator-a")
NIGHTS = 16
CLAUSES = len(load().clauses)
BROKEN = {"create/response.status-draft", "create/response.counts-total"}
"""The clauses that the faults of these tests break."""
HOSTILE = "<script>alert(1)</script>\x1b[31m=1+1\u202e\"'&\x00\ud800]]>--><svg onload=x>`|javascript:x"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A store with nights of two targets and drift beside them, and its site."""
    folder = tmp_path_factory.mktemp("filled")
    with open_store(str(folder / "h.sqlite")) as store:
        simulated.fill(store, NIGHTS, LABELS, seed=3)
        simulated.drift(store, NIGHTS)
        site.build(store, folder / "site")
    return folder


@pytest.fixture
def copy(filled, tmp_path):
    """A copy of both, to be changed."""
    shutil.copytree(filled, tmp_path / "copy")
    return tmp_path / "copy"


def of_clauses(number, record):
    """A record of some clauses only, so that its site has few pages; what is broken is among them."""
    record["clauses"] = sorted(record["clauses"], key=lambda entry: entry["id"] not in BROKEN)[:number]
    return record


def build(folder):
    with open_store(str(folder / "h.sqlite"), make=False) as store:
        return site.build(store, folder / "site")


def kept(folder):
    with open_store(str(folder / "h.sqlite"), make=False) as store:
        return runs.listing(store)


def stamps(folder):
    """When each page was last written."""
    return {path: path.stat().st_mtime_ns for path in (folder / "site").rglob("*.*") if path.is_file()}


def test_every_clause_and_every_run_has_its_page(filled):
    """One page for each clause and one for each run, by names that stay."""
    listed = kept(filled)
    assert len(listed) == NIGHTS * len(LABELS)
    assert {path.name for path in (filled / "site/runs").iterdir()} == {f"{run.name}.html" for run in listed}
    clauses = [entry["id"] for entry in simulated.real()["clauses"]]
    assert {path.name for path in (filled / "site/clauses").iterdir()} == {f"{slug(one)}.html" for one in clauses}


def test_every_link_leads_somewhere_beside_it(filled):
    """Links are relative and lead to a file and an anchor that are there; nothing else is asked for."""
    ids = {}
    root = filled / "site"
    for page in root.rglob("*.html"):
        ids[page.resolve()] = {attributes.get("id") for _, attributes in tags(page.read_text(encoding="utf-8"))}
    checked = 0
    for page in [root / "index.html", root / "runs.html", *sorted(root.glob("runs/*"))[:9], *root.glob("clauses/*")]:
        for tag, attributes in tags(page.read_text(encoding="utf-8")):
            assert tag not in {"iframe", "img", "object", "form", "base"}
            for name in ("href", "src"):
                link = attributes.get(name)
                if link is None:
                    continue
                if link.startswith("https://learn.microsoft.com/") or (name == "href" and tag == "a" and "://" in link):
                    assert re.match(r"https://(learn\.microsoft\.com|www\.rfc-editor\.org|github\.com)/", link), link
                    continue
                path, _, anchor = link.partition("#")
                target = (page.parent / path).resolve() if path else page.resolve()
                assert target.is_file(), (page, link)
                assert not anchor or anchor in ids[target], (page, link)
                checked += 1
    assert checked > 2000


def test_the_map_has_a_cell_for_each_broken_night(filled):
    """The cells of a clause's row that lead to a run are the columns in which it was broken, as the records have it."""
    text = (filled / "site/index.html").read_text(encoding="utf-8")
    broken = {}
    for label, record in simulated.history(NIGHTS, LABELS, seed=3):
        for entry in record["clauses"]:
            if entry["verdict"] == "fail":
                broken.setdefault(entry["id"], set()).add((label, record["started"][:10]))
    assert broken
    last = simulated.at(NIGHTS - 1).date()
    near = {str(last.fromordinal(last.toordinal() - n)) for n in range(28)}
    for address in (entry["id"] for entry in simulated.real()["clauses"]):
        row = re.search(rf'id="map-{re.escape(slug(address))}">(.*?)</svg>', text, re.DOTALL)
        days = {day for day in re.findall(r"<title>(\d{4}-\d\d-\d\d): failed</title>", row[1]) if day in near}
        wanted = {day for _, day in broken.get(address, ()) if day in near}
        assert days == wanted, address
        assert (' class="fail' in row[1]) == (address in broken)
        assert f'aria-label="{address}. ' in row[0]
        assert "<desc>" in row[1]


def test_quiet_clauses_are_folded(filled):
    """A group is open where a clause of it was ever broken, and a clause that never was is folded in it."""
    text = (filled / "site/index.html").read_text(encoding="utf-8")
    groups = re.findall(r'<details class="group" (open)?><summary>.*?<b>([^<]+)</b> <small>([^<]+)<', text)
    assert {bool(opened) == ("never failed" not in said) for opened, _, said in groups} == {True}
    assert {bool(opened) for opened, _, _ in groups} == {True, False}


def test_pictures_say_what_they_are(filled):
    """Every picture has a name for those who do not see it, or is only an ornament; the map is a table as well."""
    seen = tags((filled / "site/index.html").read_text(encoding="utf-8"))
    pictures = [attributes for tag, attributes in seen if tag == "svg"]
    assert len(pictures) > 180
    for attributes in pictures:
        assert attributes.get("aria-label") or attributes.get("aria-hidden") == "true"
    text = (filled / "site/index.html").read_text(encoding="utf-8")
    table = text[text.index('id="table"') :]
    assert table.count("<tr>") == 1 + CLAUSES * len(LABELS)


def test_drift_lies_on_the_time_line(filled):
    """Drift first seen is marked on the map and listed beneath it."""
    text = (filled / "site/index.html").read_text(encoding="utf-8")
    assert 'class="drift breaking"' in text
    assert "2025-01-01: property_added microsoft.graph.restorePoint/stays0 (breaking, confirmed)" in text
    assert text.count("<code>property_added</code>") == 2


def test_a_clause_tells_its_life(filled):
    """A clause's page has its row under each target, its findings with evidence, and what it was seen to read."""
    fault = next(
        one for _, made in simulated.history(NIGHTS, LABELS, seed=3) for one in made["clauses"] if one["findings"]
    )
    address = fault["id"]
    text = (filled / f"site/clauses/{slug(address)}.html").read_text(encoding="utf-8")
    for part in (html.escape(fault["findings"][0]["message"]).replace("&#x27;", "&#39;"), "curl -i -X POST", *LABELS):
        assert part in text
    assert len(re.findall('<article class="must(?: past)?"', text)) == 1
    seen = next(entry for entry in simulated.real()["clauses"] if entry.get("seen"))
    text = (filled / f"site/clauses/{slug(seen['id'])}.html").read_text(encoding="utf-8")
    assert "Readings seen over time" in text
    assert next(iter(seen["seen"])) in text


def test_a_run_tells_what_changed(filled):
    """A run's page has its findings and what is other than in the run before of the same target."""
    listed = [run for run in kept(filled) if run.label == LABELS[0]]
    number = next(n for n, run in enumerate(listed) if n and "f" in run.marks and "f" not in listed[n - 1].marks)
    text = (filled / f"site/runs/{listed[number].name}.html").read_text(encoding="utf-8")
    assert f'href="{listed[number - 1].name}.html"' in text
    changed = text[text.index('id="changes"') : text.index('id="findings"')]
    assert '<span class="v fail">failed</span>' in changed
    assert '<article class="must" id="finding-' in text


def test_nothing_new_writes_nothing(copy):
    """A second build of the same history leaves every file as it is."""
    before = stamps(copy)
    built = build(copy)
    assert (built.written, built.removed) == (0, 0)
    assert stamps(copy) == before


def test_one_run_more_touches_what_it_changes(copy):
    """A new run is one new page; the pages of the runs of old stay, but for the one before it."""
    before = stamps(copy)
    made = pack(simulated.record(simulated.at(NIGHTS), ("status-activating",)), LABELS[0])
    with open_store(str(copy / "h.sqlite")) as store:
        runs.add(store, made)
    build(copy)
    after = stamps(copy)
    written = {path.relative_to(copy / "site").as_posix() for path in after if after[path] != before.get(path)}
    old = [run for run in kept(copy) if run.label == LABELS[0]][-2]
    assert {path for path in written if path.startswith("runs/")} == {
        f"runs/{made.row.name}.html",
        f"runs/{old.name}.html",
    }
    assert {"index.html", "runs.html", "notices.json", "feed.xml"} <= written
    assert "site.css" not in written


@pytest.mark.deep
def test_a_build_of_old_pages_and_a_whole_one_are_the_same(copy):
    """Pages written bit by bit are those that are written at once."""
    made = pack(simulated.record(simulated.at(NIGHTS), ("status-activating",)), LABELS[0])
    with open_store(str(copy / "h.sqlite")) as store:
        runs.add(store, made)
        site.build(store, copy / "site")
        site.build(store, copy / "whole")
    for path in (copy / "whole").rglob("*"):
        if path.is_file():
            assert (copy / "site" / path.relative_to(copy / "whole")).read_bytes() == path.read_bytes(), path


@pytest.mark.deep
def test_a_removed_run_takes_its_page_along(copy):
    """The page of a run that was left out goes; one that somebody changed since is left and told."""
    first, second = kept(copy)[:2]
    page = copy / f"site/runs/{second.name}.html"
    page.write_text("my notes", encoding="utf-8")
    with open_store(str(copy / "h.sqlite")) as store:
        runs.remove(store, first.digest)
        runs.remove(store, second.digest)
    built = build(copy)
    assert (built.removed, built.left) == (1, (f"runs/{second.name}.html",))
    assert not (copy / f"site/runs/{first.name}.html").exists()
    assert page.read_text(encoding="utf-8") == "my notes"


@pytest.mark.deep
def test_files_of_others_are_left_alone(copy):
    """What site did not write is neither replaced nor removed."""
    (copy / "site/runs/notes.html").write_text("mine", encoding="utf-8")
    (copy / "site/CNAME").write_text("mine", encoding="utf-8")
    with open_store(str(copy / "h.sqlite")) as store:
        runs.remove(store, kept(copy)[0].digest)
    build(copy)
    assert (copy / "site/runs/notes.html").read_text() == (copy / "site/CNAME").read_text() == "mine"
    other = copy / "other"
    other.mkdir()
    (other / "index.html").write_text("mine", encoding="utf-8")
    with open_store(str(copy / "h.sqlite")) as store, pytest.raises(UsageError, match="was not written by site"):
        site.build(store, other)
    assert [path.name for path in other.iterdir()] == ["index.html"]
    assert (other / "index.html").read_text() == "mine"


def test_a_killed_build_goes_on(tmp_path, monkeypatch):
    """After a build that died halfway, the next one finishes it and calls nothing foreign."""
    with open_store(str(tmp_path / "h.sqlite")) as store:
        for night, faults in enumerate([(), ("status-activating",)]):
            runs.add(store, pack(of_clauses(20, simulated.record(simulated.at(night), faults))))
        site.build(store, tmp_path / "site")
    write = site._put
    left = iter(range(10))

    def dying(path, content):
        next(left)
        write(path, content)

    monkeypatch.setattr(site, "_put", dying)
    with open_store(str(tmp_path / "h.sqlite")) as store, pytest.raises(StopIteration):
        site.build(store, tmp_path / "half")
    monkeypatch.undo()
    with open_store(str(tmp_path / "h.sqlite")) as store:
        site.build(store, tmp_path / "half")
    pages = list((tmp_path / "site").rglob("*.html"))
    assert len(pages) == 20 + 2 + 2
    for path in pages:
        assert (tmp_path / "half" / path.relative_to(tmp_path / "site")).read_bytes() == path.read_bytes()
    assert not list((tmp_path / "half").rglob("*.part"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no json", "is damaged"),
        ("[]", "is damaged"),
        ('{"format": 2, "files": {}}', "newer suite"),
        ('{"format": 1, "files": {"../../outside.html": {"inputs": "", "content": ""}}}', "site never writes"),
        ('{"format": 1, "files": {"runs/../../outside.html": {"inputs": "", "content": ""}}}', "site never writes"),
    ],
)
def test_a_manifest_that_is_none_stops_the_build(copy, text, said):
    """A manifest is not believed further than it can be checked, so that nothing outside is removed."""
    (copy / "outside.html").write_text("mine", encoding="utf-8")
    (copy / "site" / site.MANIFEST).write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=said):
        build(copy)
    assert (copy / "outside.html").exists()


def test_notices_and_feed_agree(filled):
    """The feed has an entry for each notice, with an id of its own and links that lead somewhere."""
    listed = json.loads((filled / "site/notices.json").read_text(encoding="utf-8"))["notices"]
    entries = ET.parse(filled / "site/feed.xml").getroot().findall(f"{ATOM}entry")
    assert 0 < len(listed) == len(entries)
    assert len({entry.find(f"{ATOM}id").text for entry in entries}) == len(entries)
    for entry in entries:
        for link in entry.findall(f"{ATOM}link"):
            assert (filled / "site" / link.get("href")).is_file()
    assert [row["run"] for row in listed] == [
        entry.findall(f"{ATOM}link")[1].get("href")[5:-5] for entry in reversed(entries)
    ]


def hostile(number):
    """A record in which every text that a server or a record can influence is hostile."""
    made = json.loads(json.dumps(simulated.record(simulated.at(number), ("total-always-one",) if number else ())))
    made = of_clauses(70, made)
    made |= {"target": HOSTILE, "reason": HOSTILE, "profile": HOSTILE, "stopped": HOSTILE}
    made["suite"]["version"] = HOSTILE
    for place, entry in enumerate(made["clauses"][:60]):
        entry |= {"says": HOSTILE, "heading": HOSTILE, "reason": HOSTILE, "seen": {HOSTILE: 1}, "statements": [HOSTILE]}
        if place < 20:
            entry["id"] = f"{HOSTILE}/../..{place}.x"
        for finding in entry["findings"]:
            finding.update(dict.fromkeys(("message", "expected", "observed", "pointer", "curl"), HOSTILE))
            finding["consequences"] = [HOSTILE]
            for exchange in [one["exchange"] for one in finding["evidence"]]:
                exchange["request"] |= {"method": HOSTILE, "url": HOSTILE}
                exchange["response"]["headers"].append([HOSTILE, HOSTILE])
                exchange["response"]["body"] = {"size": 5, "text": HOSTILE}
    return made


def test_what_others_say_is_inert(tmp_path):
    """No text of a record becomes markup, an attribute, an address or a hidden mark, on any page, picture or feed."""
    with open_store(str(tmp_path / "h.sqlite")) as store:
        for number in range(3):
            runs.add(store, pack(hostile(number)))
        change = simulated.body("x", "breaking") | {"path": HOSTILE, "kind": HOSTILE, "clauses": [HOSTILE]}
        store.save_night(simulated.FIRST, [], [("c:1", "csdl", change)])
        site.build(store, tmp_path / "site")
    pages = list((tmp_path / "site").rglob("*.html"))
    assert len(pages) == 70 + 3 + 2
    told = 0
    for page in pages:
        text = page.read_bytes().decode("utf-8")
        assert not set(text) & {"\x1b", "\u202e", "\x00", "\ud800"}
        told += "&lt;script&gt;" in text
        for tag, attributes in tags(page.read_text(encoding="utf-8")):
            assert tag != "script" or attributes.get("src", "").endswith("site.js")
            assert "onload" not in attributes
            for name in ("href", "src"):
                assert "javascript:" not in (attributes.get(name) or "").lower()
    assert told > 60
    root = ET.fromstring((tmp_path / "site/feed.xml").read_bytes())
    assert "<script>" in root.find(f"{ATOM}entry/{ATOM}title").text
    assert b"\x1b" not in (tmp_path / "site/feed.xml").read_bytes()
    json.loads((tmp_path / "site/notices.json").read_text(encoding="utf-8"))


@pytest.mark.deep
def test_a_retired_clause_keeps_its_past(tmp_path):
    """A clause that the last run no longer knew is told as that, and not by the verdict it once had."""
    old, new = simulated.record(simulated.at(0), ("total-always-one",)), simulated.record(simulated.at(1))
    address = "create/response.counts-total"
    new["clauses"] = [entry for entry in new["clauses"] if entry["id"] != address]
    with open_store(str(tmp_path / "h.sqlite")) as store:
        for one in (old, new):
            runs.add(store, pack(one, "x"))
        site.build(store, tmp_path / "site")
    page = (tmp_path / f"site/clauses/{slug(address)}.html").read_text(encoding="utf-8")
    assert "clause removed; failed" in page
    assert "expected 2, got 1" in page
    later = (tmp_path / f"site/runs/{pack(new).row.name}.html").read_text(encoding="utf-8")
    assert '<span class="v ">clause removed</span>' in later
    index = (tmp_path / "site/index.html").read_text(encoding="utf-8")
    assert f'aria-label="{address}. clause removed; failed"' in index


def test_an_empty_history_has_no_site(tmp_path):
    """Where no run is kept yet, that is said, and nothing is written."""
    with open_store(str(tmp_path / "h.sqlite")) as store, pytest.raises(UsageError, match="holds no run yet"):
        site.build(store, tmp_path / "site")
    assert not (tmp_path / "site").exists()
