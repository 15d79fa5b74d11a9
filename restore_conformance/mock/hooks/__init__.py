"""The only package that changes a service: what one does to a step or an operation of it, as verbs.

Every verb makes a `Seed`, which changes one service; seeds are joined with `seeds`. The form of a verb says where it acts:
`keeps` and `parses` before the step, `kept` and `parsed` behind it, `keeping` and `parsing` in its place. An edit
(`mock.edits`) changes an answer, a condition (`mock.conditions`) looks at what was sent. Knows no single fault and no
single variant.
"""

from restore_conformance.mock.hooks.on_answers import (
    answering, answers, bodies, created, errors, framed, listed, locks_out, posing, refused, replies, requests,
    responses, serves, spoils, taken_over,
)  # fmt: skip
from restore_conformance.mock.hooks.on_creates import (
    breaks, breaks_after, checking, checks, crashes, drops, lets_through, only, passes, place, prepares,
    refuses, refuses_first, refusing, ruled, rules_ordered, skips, stricter, then, unless,
)  # fmt: skip
from restore_conformance.mock.hooks.on_operations import (
    after, alters, among, any_state, around, before, breaks_on_change, changed, changing, crashes_on, finding,
    instead_of, others, refuses_calls, refuses_on, reopens, routed, setting, translated, updating,
    without_operations, writes_only,
)  # fmt: skip
from restore_conformance.mock.hooks.on_sessions import (
    Keep, Read, added, as_json, carries_out, keeping, keeps, keeps_refused, kept, parsed, parses, parsing,
    reads, rendering, shown, shown_added, shown_as, stale, total, unreadable, viewed, viewed_as,
)  # fmt: skip
from restore_conformance.mock.hooks.seed import (
    ACTIVATE, ARTIFACTS, BOTH, CROWDED, DELETES, DIFFERENT, EMPTY, GETS, GRANULAR, LIMIT, LISTS, MALFORMED,
    MEDIA, PATCH, PATH, POINT, READING, STATE, TOKEN, TWICE, UNKNOWN, UPDATE, Call, Parse, Seed, assign, crash,
    refuse, seeds,
)  # fmt: skip

__all__ = [
    "ACTIVATE", "ARTIFACTS", "BOTH", "CROWDED", "DELETES", "DIFFERENT", "EMPTY", "GETS", "GRANULAR", "LIMIT",
    "LISTS", "MALFORMED", "MEDIA", "PATCH", "PATH", "POINT", "READING", "STATE", "TOKEN", "TWICE", "UNKNOWN",
    "UPDATE", "Call", "Keep", "Parse", "Read", "Seed", "added", "after", "alters", "among", "answering",
    "answers", "any_state", "around", "as_json", "assign", "before", "bodies", "breaks", "breaks_after",
    "breaks_on_change", "carries_out", "changed", "changing", "checking", "checks", "crash", "crashes",
    "crashes_on", "created", "drops", "errors", "finding", "framed", "instead_of", "keeping", "keeps",
    "keeps_refused", "kept", "lets_through", "listed", "locks_out", "only", "others", "parsed", "parses",
    "parsing", "passes", "place", "posing", "prepares", "reads", "refuse", "refused", "refuses",
    "refuses_calls", "refuses_first", "refuses_on", "refusing", "rendering", "reopens", "replies", "requests",
    "responses", "routed", "ruled", "rules_ordered", "seeds", "serves", "setting", "shown", "shown_added", "shown_as", "skips",
    "spoils", "stale", "stricter", "taken_over", "then", "total", "translated", "unless", "unreadable",
    "updating", "viewed", "viewed_as", "without_operations", "writes_only",
]  # fmt: skip
