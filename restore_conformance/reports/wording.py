"""What a run record says, in the words that every form of report shares: sentences, order, places, ids for support.

Pure functions of the record and of the contract. Knows no form of report, and marks nothing up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from restore_conformance.contract.documents import pinned

Record = dict[str, Any]
"""A run record, or a part of one: see schemas/run.schema.json."""

SUBJECT = "Create sharePointRestoreSession (beta), Microsoft Graph Backup Storage"
VERDICTS = ("fail", "error", "inconclusive", "none", "pass")
"""From what must be read first to what need not be read."""
WORDS = {
    "fail": "failed", "error": "suite error", "inconclusive": "inconclusive", "none": "not tested", "pass": "passed",
}  # fmt: skip
"""The verdicts, for people."""
UNTOUCHED = ("none", "inconclusive")
SUPPORT_HEADERS = ("request-id", "client-request-id", "x-ms-ags-diagnostic", "date")
"""Headers that a vendor's support asks for."""

_RFC = re.compile(r"RFC (\d+)(?:, (\d[\d.]*))?")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the contract says something: the words for it, and the address of the page and heading (or nothing)."""

    text: str
    address: str = ""


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def broken(run: Record, level: str = "must") -> list[Record]:
    """The clauses of a level that the target broke."""
    return [entry for entry in run["clauses"] if entry["verdict"] == "fail" and entry["level"] == level]


def sentence(run: Record) -> str:
    """The verdict for somebody who did not run the suite. It may hold text of the target."""
    target = "the recorded service" if run.get("recordings") else f"the target {run['target']}"
    musts, accepted = broken(run), [entry for entry in run["clauses"] if entry.get("accepted")]
    judged = sum(e["level"] == "must" and e["verdict"] in {"pass", "fail"} for e in run["clauses"])
    match run["verdict"]:
        case "conformant":
            said = f"{target} keeps its contract: {_kept(run, judged, len(musts))}."
        case "non-conformant":
            what = f"{len(musts)} of {counted(judged, 'binding clause')} judged {_are(len(musts))} broken"
            said = f"{target} breaks its contract: {what if musts else run['reason']}."
        case "inconclusive":
            said = f"it could not be told whether {target} keeps its contract: {run['reason']}."
        case _:
            said = f"the suite itself failed, which says nothing of {target}: {run['reason']}."
    if accepted:
        said += f" {counted(len(accepted), 'deviation')} {_are(len(accepted))} accepted for now."
    return said[0].upper() + said[1:]


def _kept(run: Record, judged: int, accepted: int) -> str:
    kept = judged - accepted
    said = f"all {kept} binding clauses that could be judged were kept"
    if accepted:
        said = f"{kept} of {judged} binding clauses were kept, the others are accepted deviations"
    advice = len(broken(run, "should"))
    return said + (f", {counted(advice, 'recommendation')} {_are(advice)} not followed" if advice else "")


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def edition(run: Record) -> str:
    """Which edition bound, in brackets; nothing where a record of an older suite does not say."""
    return f" (edition {run['edition']['name']})" if "edition" in run else ""


def newer(run: Record) -> list[str]:
    """For each later edition a sentence: how many of its *must* clauses are not followed, and how to make it bind."""
    made = []
    for one in run.get("edition", {}).get("newer", ()):
        missed = one["not_followed"]
        if not one["judged"]:
            made.append(f"Edition {one['name']}: nothing of it could be judged.")
        elif not missed:
            made.append(f"Edition {one['name']}: all {one['judged']} followed; --edition latest to bind.")
        else:
            made.append(
                f"Edition {one['name']}: {len(missed)} of {one['judged']} not followed ({', '.join(missed)}); "
                "--edition latest to bind."
            )
    return made


def not_followed(run: Record) -> list[Record]:
    """The clauses of later editions that the target does not follow, whatever their level."""
    return [entry for entry in run["clauses"] if entry.get("newer", {}).get("findings")]


def partial(run: Record) -> str:
    """What to know before reading on, where the run did not come to its end; else nothing."""
    stopped = run.get("stopped", "")
    if not stopped:
        return ""
    return f"This record is partial: the run was stopped after {counted(run['requests'], 'request')} ({stopped})."


def passing(run: Record) -> list[Record]:
    """Clauses with something that was seen in a refusal and did not come again: shown, and binding nobody."""
    return [entry for entry in run["clauses"] if "passing" in entry]


def groups(run: Record) -> dict[str, list[Record]]:
    """The clauses by operation and heading, in the order of the register."""
    made: dict[str, list[Record]] = {}
    for entry in run["clauses"]:
        made.setdefault(heading_of(entry["id"]), []).append(entry)
    return made


def heading_of(address: str) -> str:
    """The operation and heading of a clause's address."""
    return address.rpartition(".")[0]


def tallies(run: Record) -> list[Record]:
    """A row for each heading: how many clauses have which verdict, and how many exchanges stand behind them."""
    return [
        {
            "heading": name,
            **{verdict: sum(entry["verdict"] == verdict for entry in entries) for verdict in VERDICTS},
            "exchanges": sum(entry["exchanges"] for entry in entries),
        }
        for name, entries in groups(run).items()
    ]


def unjudged(run: Record) -> dict[str, list[Record]]:
    """The clauses without a verdict, by the reason why."""
    reasons: dict[str, list[Record]] = {}
    for entry in run["clauses"]:
        if entry["verdict"] in UNTOUCHED:
            reasons.setdefault(entry.get("reason") or "no reason known", []).append(entry)
    return dict(sorted(reasons.items(), key=lambda item: -len(item[1])))


def places(entry: Record) -> Iterator[Place]:
    """Where a clause stands: on which page, under which heading, and on what else it rests."""
    documents = pinned()
    operation, _, rest = entry["id"].partition("/")
    page = documents.toml(f"{operation}/page.toml")
    source, row = entry.get("source", ""), entry.get("row", "")
    titles = {_page(name)["title"]: _page(name) for name in _operations()}
    if source.startswith("error codes") or row:
        yield Place("Backup Storage error codes" + (f", row {row}" if row else ""), page["errors_at"])
    elif source in titles:
        yield Place(
            source, _heading(titles[source]["address"], "" if rest.startswith("read-back.") else entry["heading"])
        )
    else:
        yield Place(f"{page['title']}, {entry['heading']}", _heading(page["address"], entry["heading"]))
        if source:
            found = _RFC.search(source)
            section = f"#section-{found[2]}" if found and found[2] else ""
            yield Place(source, f"https://www.rfc-editor.org/rfc/rfc{found[1]}{section}" if found else "")


def _operations() -> list[str]:
    return sorted(path.parent.name for path in pinned().root.glob("*/page.toml"))


def _page(name: str) -> dict[str, Any]:
    return pinned().toml(f"{name}/page.toml")


def _heading(address: str, heading: str) -> str:
    """The address of a heading; what stands before the first one has none."""
    return address if heading in {"", "introduction"} else f"{address}#{heading.replace(' ', '-')}"


def support(exchange: Record) -> dict[str, str]:
    """The ids and dates by which a vendor's support finds a request again, as far as they were answered or sent."""
    made: dict[str, str] = {}
    for part in ("response", "request"):
        for name, value in (exchange[part] or {}).get("headers", []):
            if name.lower() in SUPPORT_HEADERS:
                made.setdefault(name.lower(), value)
    made["sent"] = exchange["started"]
    return {name: made[name] for name in (*SUPPORT_HEADERS, "sent") if made.get(name)}


def request(exchange: Record) -> str:
    """The method and the address of a request."""
    return f"{exchange['request']['method']} {exchange['request']['url']}"


def first_seen(entry: Record, run: Record) -> str:
    """Since when a clause is known to be broken."""
    known = entry.get("history")
    if known is None:
        return f"in this run, {run['started']} (no history was given)"
    several = f", in {counted(known['runs'], 'run')} in a row" if known["runs"] > 1 else ", new in this run"
    return f"{known['first_seen']}{several}"


def since(run: Record) -> str:
    """What is known about since when, for the whole run: said once, where no history was given."""
    known = any("history" in entry for entry in run["clauses"])
    return "" if known else f"First seen in this run, {run['started']}: no history was given (--history FILE)."


def last_good(entry: Record) -> str:
    """When a clause was last kept; nothing where no history was given."""
    known = entry.get("history")
    return "" if known is None else (known.get("last_good") or "never, as far as the history goes")


def accepted(entry: Record) -> str:
    """The entry of the ledger that covers a finding, in words; nothing where there is none."""
    known = entry.get("accepted")
    if known is None:
        return ""
    case = f", case {known['case']}" if known.get("case") else ""
    return f"{known['reason']} (owner {known['owner']}{case}, to be reviewed by {known['review']})"
