"""The only package that changes a service: what one does to a step or an operation of it, as verbs.

Every verb makes a `Seed`, which changes one service; seeds are joined with `seeds`. An edit (`mock.edits`) changes an
answer, a condition (`mock.conditions`) looks at what was sent. Knows no single fault and no single variant.
"""

from restore_conformance.mock.hooks.on_answers import (
    answering, answers, bodies, created, errors, framed, listed, locks_out, posing, refused, replies, requests,
    responses, serves, spoils,
)  # fmt: skip
from restore_conformance.mock.hooks.on_creates import (
    breaks, breaks_after, checking, checks, complete, crashes, drops, first, lets_through, only, passes, place,
    refuses, refuses_first, refusing, ruled, rules_ordered, skips, stricter, then, unless,
)  # fmt: skip
from restore_conformance.mock.hooks.on_operations import (
    after, alters, among, any_state, around, before, changed, changing, crashes_on, finding, instead_of,
    refuses_on, routing, setting, translated, updates, without_operations, writes_only,
)  # fmt: skip
from restore_conformance.mock.hooks.on_sessions import (
    added, as_json, keeping, keeps, keeps_refused, kept, looks_at, parsed, parses, reads, rendering, shown,
    shown_as, unreadable, viewed, viewed_as, whole,
)  # fmt: skip
from restore_conformance.mock.hooks.seed import (
    ARTIFACTS, BOTH, DELETES, GETS, GRANULAR, LISTS, READING, Act, Keep, Parse, Read, Right, Seed, crash, seeds,
)  # fmt: skip

__all__ = [
    "ARTIFACTS", "BOTH", "DELETES", "GETS", "GRANULAR", "LISTS", "READING", "Act", "Keep", "Parse", "Read",
    "Right", "Seed", "added", "after", "alters", "among", "answering", "answers", "any_state", "around",
    "as_json", "before", "bodies", "breaks", "breaks_after", "changed", "changing", "checking", "checks",
    "complete", "crash", "crashes", "crashes_on", "created", "drops", "errors", "finding", "first", "framed",
    "instead_of", "keeping", "keeps", "keeps_refused", "kept", "lets_through", "listed", "locks_out",
    "looks_at", "only", "parsed", "parses", "passes", "place", "posing", "reads", "refused", "refuses",
    "refuses_first", "refuses_on", "refusing", "rendering", "replies", "requests", "responses", "routing",
    "ruled", "rules_ordered", "seeds", "serves", "setting", "shown", "shown_as", "skips", "spoils", "stricter",
    "then", "translated", "unless", "unreadable", "updates", "viewed", "viewed_as", "whole",
    "without_operations", "writes_only",
]  # fmt: skip
