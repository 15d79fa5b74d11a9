"""The recogniser: puts what is noticed of a request into one label.

Looks at no member and at no token itself; knows what tags there are, and nothing of who asks for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from restore_conformance.contract.documents import Documents, pinned
from restore_conformance.contract.editions import TAG, editions, names_in
from restore_conformance.contract.routes import READING, prefers_all_members, route
from restore_conformance.exchange import Request
from restore_conformance.recogniser.body import payload_of
from restore_conformance.recogniser.callers import Callers, Tokens
from restore_conformance.recogniser.changes import change_of, rule_tags
from restore_conformance.recogniser.payload import members
from restore_conformance.recogniser.recognition import Seen, Sent
from restore_conformance.recogniser.vocabulary import GUID, vocabulary_of


class Recogniser:
    """Knows the contract's declared names and which token belongs to which kind of caller.

    `callers` maps a token to its kind: good, delegated, application, read-only, no-permission, personal, expired.
    A token not listed is *altered* if `strict`. Traffic that others recorded is read with `strict` off: exporters take
    out what is secret, so a token that is missing or not listed is *unknown*, and a missing body or media type is
    open (`removed-body`, `removed-media-type`): never evidence that none was sent. `tokens` says what is known of
    tokens (see `Callers`), where that is another matter.
    """

    def __init__(
        self,
        documents: Documents | None = None,
        callers: Mapping[str, str] | None = None,
        *,
        strict: bool = True,
        tokens: Tokens | None = None,
        known: Iterable[str] | None = None,
    ) -> None:
        documents = documents or pinned()
        self._callers = Callers(callers or {}, tokens or ("named" if strict else "hidden"))
        self._strict = strict
        self._words = vocabulary_of(documents, known)
        self._editions = [edition for edition in editions(documents) if edition.members]
        self._examples = {
            row["name"]: documents.json("create/" + row["request"])
            for row in documents.toml("create/page.toml")["example"]
        }

    def know(self, token: str, kind: str) -> None:
        """Learn a token that was issued meanwhile."""
        self._callers.know(token, kind)

    def knows(self, token: str) -> bool:
        """Whether a token is that of a caller."""
        return self._callers.knows(token)

    def __call__(self, request: Request) -> Sent:
        """Label one request. Never raises: what is not understood is labelled `other`."""
        operation, session = route(request)
        if operation != "create":
            return self._elsewhere(request, operation, session)
        seen = Seen()
        caller = self._callers.of(request, seen)
        payload = payload_of(request, seen, strict=self._strict)
        if isinstance(payload, dict):
            members(payload, self._words, seen)
        defects, undecided = frozenset(seen.defects), frozenset(seen.open)
        asked = prefers_all_members(request)
        tags = {
            "create",
            seen.kind,
            f"caller:{caller}",
            *seen.features,
            *(f"open:{name}" for name in undecided),
            *self._brought(payload),
        }
        if asked:
            tags.add("prefer:all-members")
        if seen.count == 2:
            tags.update(f"example:{name}" for name, body in self._examples.items() if payload == body)
        if len(defects) == 1 and undecided <= {"artifact-limit"}:  # too many of them is arguable then, and no more
            tags.add(f"sole:{next(iter(defects))}")
        elif defects:
            tags.add("several")
        if not defects:
            tags.add("clean")
            if not undecided:
                tags.add("valid")
                if not seen.features:
                    tags.add("plain")
        return Sent(
            "create", "", seen.kind, defects, undecided, frozenset(tags), seen.count, caller, payload,
            asked or self._may_have_asked(request),
            frozenset(seen.arguable),
        )  # fmt: skip

    def _elsewhere(self, request: Request, operation: str, session: str) -> Sent:
        seen = Seen()
        caller = self._callers.of(request, seen)
        if operation in READING:
            seen.defects.discard("read-only-permission")
        tags, change = {operation, f"caller:{caller}"}, None
        if operation == "update":
            change, payload, about = change_of(request, self._words, strict=self._strict)
            tags.update(about, self._brought(payload), rule_tags(change, seen.defects))
        else:
            tags.update(f"sole:{defect}" for defect in seen.defects)
        asked = prefers_all_members(request)
        if asked:
            tags.add("prefer:all-members")
        if session:
            tags.add("id:well-formed" if GUID.fullmatch(session) else "id:malformed")
        return Sent(
            operation, session, "", frozenset(seen.defects), frozenset(), frozenset(tags), 0, caller,
            None, asked, change=change,
        )  # fmt: skip

    def _brought(self, payload: Any) -> Iterator[str]:
        """A tag for each edition that brought a member which the payload names."""
        if isinstance(payload, dict):
            yield from (TAG + edition.name for edition in self._editions if names_in(payload, edition.members))

    def _may_have_asked(self, request: Request) -> bool:
        """Whether a Prefer header may have been taken out of a recording."""
        return not self._strict and request.header("Prefer") is None
