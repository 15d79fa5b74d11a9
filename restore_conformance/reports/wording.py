"""The texts that every form of report shares, made from a run record: sentences, order, places, ids for support.

Pure functions of the record and of the contract. Knows no form of report, and marks nothing up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from restore_conformance import verdicts
from restore_conformance.contract.documents import pinned
from restore_conformance.contract.workload import TITLE
from restore_conformance.records.causes import Record
from restore_conformance.spelling import counted

SUBJECT = f"{TITLE} (beta), Microsoft Graph Backup Storage"
WORDS = verdicts.WORDS
VERDICTS = tuple(WORDS)
"""Verdicts in the order of their importance to a reader."""
TONES = {"conformant": "pass", "non-conformant": "fail", "inconclusive": "inconclusive", "error": "error"}
"""The verdict on a clause whose sign and colour a verdict on a whole run has."""
SUPPORT_HEADERS = ("request-id", "client-request-id", "x-ms-ags-diagnostic", "date")
"""Headers that a vendor's support asks for."""

LACKING = {
    "caller": "they need another caller (--identity)",
    "ids": "they need ids that exist on the target (--restore-points, --granular-items)",
    "room": "the budget of requests was too small",
    "untested": "no exchange can show them",
}
"""Why clauses are not tested, for the kinds of reasons that are the same for all of their clauses."""

LATER = "they are new in a later edition, which does not bind in this run (--edition latest)"
"""Why clauses of a newer edition are not tested."""

_ROUTE = re.compile(r"no route for ([a-z-]+)")
_REFUSED = re.compile(r"was never refused$|^no refusal of |was refused between")
_RFC = re.compile(r"RFC (\d+)(?:, (\d[\d.]*))?")


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the contract: its name, and the address of the page and heading (or "")."""

    text: str
    address: str = ""


def failed(run: Record, level: str = "must") -> list[Record]:
    """The clauses of a level that failed."""
    return [entry for entry in run["clauses"] if entry["verdict"] == "fail" and entry["level"] == level]


def sentence(run: Record) -> str:
    """The verdict for a reader who did not run the suite. It may hold text of the target."""
    target = "the recorded service" if run.get("recordings") else f"the target {run['target']}"
    musts, deviations = failed(run), [entry for entry in run["clauses"] if entry.get("accepted")]
    judged = sum(e["level"] == "must" and e["verdict"] in {"pass", "fail"} for e in run["clauses"])
    match run["verdict"]:
        case "conformant":
            text = f"{target} conforms to its contract: {_passed(run, judged, len(musts))}."
        case "non-conformant":
            what = f"{len(musts):,} of {judged:,} tested must clauses failed"
            text = f"{target} does not conform to its contract: {what if musts else run['reason']}."
        case "inconclusive":
            text = f"it could not be decided whether {target} conforms to its contract: {run['reason']}."
        case _:
            text = f"the suite itself failed, which says nothing about {target}: {run['reason']}."
    if deviations:
        text += f" {counted(len(deviations), 'deviation')} {_are(len(deviations))} accepted for now."
    return text[0].upper() + text[1:]


def _passed(run: Record, judged: int, deviating: int) -> str:
    followed = judged - deviating
    text = f"all {followed:,} must clauses that could be tested passed"
    if deviating:
        text = f"{followed:,} of {counted(judged, 'must clause')} passed, the others are accepted deviations"
    advice = len(failed(run, "should"))
    return text + (f", {counted(advice, 'recommendation')} {_are(advice)} not followed" if advice else "")


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def edition(run: Record) -> str:
    """Which edition bound, in brackets; nothing where a record of an older suite does not say."""
    return f" (edition {run['edition']['name']})" if "edition" in run else ""


def newer(run: Record) -> list[str]:
    """For each later edition a sentence: how many of its *must* clauses are not followed, and how to make it bind."""
    sentences = []
    for later in run.get("edition", {}).get("newer", ()):
        missed, judged = later["not_followed"], later["judged"]
        new = f"of {counted(judged, 'must clause')} new in it,"
        if missed:
            what = f"{new} {len(missed):,} {_are(len(missed))} not followed ({', '.join(missed)})"
        else:
            what = f"{new} each is followed" if judged else "nothing could be judged"
        how = "; with --edition latest it binds" if judged else ""
        sentences.append(f"Edition {later['name']}, which does not bind in this run: {what}{how}.")
    return sentences


def not_followed(run: Record) -> list[Record]:
    """The clauses of later editions that the target does not follow, whatever their level."""
    return [entry for entry in run["clauses"] if entry.get("newer", {}).get("findings")]


def partial(run: Record) -> str:
    """A warning where the run did not come to its end; else ""."""
    stopped = run.get("stopped", "")
    if not stopped:
        return ""
    return f"This record is partial: the run was stopped after {counted(run['requests'], 'request')} ({stopped})."


def passing(run: Record) -> list[Record]:
    """Clauses whose deviation was seen in one refusal and not again: shown, not binding."""
    return [entry for entry in run["clauses"] if "passing" in entry]


def groups(run: Record) -> dict[str, list[Record]]:
    """The clauses by operation and heading, in the order of the register."""
    return _grouped(run["clauses"], lambda entry: entry["id"].rpartition(".")[0])


def _grouped(entries: Iterable[Record], key: Callable[[Record], str]) -> dict[str, list[Record]]:
    by_key: dict[str, list[Record]] = {}
    for entry in entries:
        by_key.setdefault(key(entry), []).append(entry)
    return by_key


def _largest_first(by_key: dict[str, list[Record]]) -> dict[str, list[Record]]:
    return dict(sorted(by_key.items(), key=lambda group: -len(group[1])))


def tallies(run: Record) -> list[Record]:
    """A row for each heading: how many clauses have which verdict, and on how many judgements they rest."""
    return [
        {
            "heading": name,
            **{verdict: sum(entry["verdict"] == verdict for entry in entries) for verdict in VERDICTS},
            "judgements": sum(entry["exchanges"] for entry in entries),
        }
        for name, entries in groups(run).items()
    ]


def unjudged(run: Record) -> dict[str, list[Record]]:
    """The clauses without a verdict, by the reason why, the largest group first."""
    entries = (entry for entry in run["clauses"] if entry["verdict"] in {"none", "inconclusive"})
    return _largest_first(_grouped(entries, lambda entry: entry.get("reason") or "no reason known"))


def untested(run: Record) -> dict[str, list[Record]]:
    """The clauses that were not tested, by what this run lacked for them, the largest group first."""
    entries = [entry for entry in run["clauses"] if entry["verdict"] == "none" and "root" not in entry]
    routes = dict.fromkeys(
        found[1] for entry in entries if entry.get("why") == "route" and (found := _ROUTE.search(entry["reason"]))
    )
    refused = any(status[0] == "4" for statuses in run.get("answers", {}).values() for status in statuses)

    def lacking(entry: Record) -> str:
        kind = entry.get("why", "untouched")
        if kind == "route":
            return f"the target seems to have no route for {', '.join(routes)}"
        if kind in LACKING:
            return LACKING[kind]
        if entry.get("newer"):
            return LATER
        reason = entry.get("reason") or "no request of the run tests them"
        never = "answers" in run and not refused and _REFUSED.search(reason)
        return "the target never refused anything" if never else reason

    return _largest_first(_grouped(entries, lacking))


def reading(key: str, name: str) -> str:
    """What a reading of a contradiction says; its name where the contradiction is not one of the pinned contract."""
    known = pinned().toml("interpretations.toml").get(key, {})
    return str(known.get("readings", {}).get(name, name))


def unsaid(finding: Record) -> list[tuple[str, Any]]:
    """Expectation and observation of a finding, as far as its message does not say them already."""
    rows: list[tuple[str, Any]] = []
    message, observed = finding["message"], finding["observed"]
    if finding["expected"] and finding["expected"] not in message:
        rows.append(("Expected", finding["expected"]))
    if observed is not None and (observed if isinstance(observed, str) else repr(observed)) not in message:
        rows.append(("Observed", observed))
    if finding["pointer"] and not message.startswith(f"{finding['pointer']}:"):
        rows.append(("At", finding["pointer"]))
    return rows


def often(finding: Record) -> str:
    """How often it was seen."""
    seen, of = finding["seen"], finding["of"]
    return "once" if of == 1 else f"{seen:,} of {of:,} times"


def places(entry: Record) -> Iterator[Place]:
    """Where a clause is stated: page, heading, and other sources."""
    pages = pinned().pages
    operation, _, rest = entry["id"].partition("/")
    page = pages[operation]
    source, row = entry.get("source", ""), entry.get("row", "")
    titles = {other["title"]: other for other in pages.values()}
    if source.startswith("error codes") or row:
        yield Place("Backup Storage error codes" + (f", row {row}" if row else ""), page["errors_at"])
    elif source in titles:
        yield Place(
            source, _heading(titles[source]["address"], "" if rest.startswith("read-back.") else entry["heading"])
        )
    else:
        yield Place(f"{page['title']}, {entry['heading']}", _heading(page["address"], entry["heading"]))
        if source:
            match = _RFC.search(source)
            section = f"#section-{match[2]}" if match and match[2] else ""
            yield Place(source, f"https://www.rfc-editor.org/rfc/rfc{match[1]}{section}" if match else "")


def _heading(address: str, heading: str) -> str:
    """The address of a heading; text before the first heading has none."""
    return address if heading in {"", "introduction"} else f"{address}#{heading.replace(' ', '-')}"


def support(exchange: Record) -> dict[str, str]:
    """The ids and dates by which a vendor's support finds a request again, as far as they were answered or sent."""
    ids: dict[str, str] = {"sent": exchange["started"]}
    for part in ("response", "request"):
        for name, value in (exchange[part] or {}).get("headers", []):
            ids.setdefault(name.lower(), value)
    return {name: ids[name] for name in (*SUPPORT_HEADERS, "sent") if ids.get(name)}


def request(exchange: Record) -> str:
    """The method and the address of a request."""
    return f"{exchange['request']['method']} {exchange['request']['url']}"


def first_seen(entry: Record, run: Record) -> str:
    """Since when a clause is known to fail."""
    known = entry.get("history")
    if known is None:
        return f"in this run, {run['started']} (no history was given)"
    several = f", in {counted(known['runs'], 'run')} in a row" if known["runs"] > 1 else ", new in this run"
    return f"{known['first_seen']}{several}"


def since(run: Record) -> str:
    """Since when, for the whole run: said once, where no history was given."""
    known = any("history" in entry for entry in run["clauses"])
    return "" if known else "First seen in this run, as no history was given (--history FILE)."


def last_good(entry: Record) -> str:
    """When a clause passed last; nothing where no history was given."""
    known = entry.get("history")
    return "" if known is None else (known.get("last_good") or "never, as far as the history goes")


def accepted(entry: Record) -> str:
    """The entry of the ledger that covers a finding, in words; nothing where there is none."""
    known = entry.get("accepted")
    if known is None:
        return ""
    case = f", case {known['case']}" if known.get("case") else ""
    return f"{known['reason']} (owner {known['owner']}{case}, to be reviewed by {known['review']})"
