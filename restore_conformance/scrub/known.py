"""What must not be shown, as far as it is known by now: from the settings, and from what exchanges betray.

Learns, remembers, and finds again; knows nothing of what a text gives away by its form alone.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any

from restore_conformance.contract.documents import pinned
from restore_conformance.exchange import NOTHING, Exchange, Headers, parse_json
from restore_conformance.scrub import forms
from restore_conformance.scrub.needles import Needles
from restore_conformance.scrub.placeholders import GUID, MAIL, Maker, is_placeholder

MOST_LABELS = 50_000
SAME_IN_ANY_CASE = frozenset({"host", "mail"})


class Known:
    """The values that are known, each with a label that says what it is: name, token-good, browse, host, …

    Values that the contract itself prints are exempt, and so are those in `shown`. `request_ids` takes in the ids for
    support as well.
    """

    def __init__(self, maker: Maker, *, shown: Iterable[str], request_ids: bool) -> None:
        self._maker = maker
        self._labels: dict[str, str] = {}
        self._needles = Needles(self._stand_in)
        printed, self._words = _of_the_contract()
        self._printed = printed.union(text.lower() for text in shown)
        self._request_ids = request_ids

    def stand_in(self, name: str, value: str) -> str:
        """The placeholder of a value of that name."""
        return self._maker.stand_in(value, self._labels.get(value.lower(), name))

    def _stand_in(self, value: str, met: str) -> str:
        label = self._labels.get(value.lower(), "name")
        if met != value and label not in SAME_IN_ANY_CASE and not GUID.fullmatch(met) and not MAIL.fullmatch(met):
            return self._maker.stand_in(met, f"{label}-other")
        return self._maker.stand_in(met, label)

    def add(self, label: str, value: str, *, everywhere: bool = True) -> None:
        """Take in one value that must not be shown, unless the contract prints it or it is a placeholder.

        One that is not looked for `everywhere` keeps its label for the places where it stands as a credential.
        """
        low = value.lower()
        if (len(value) < 4 and everywhere) or not value or low in self._labels or not self.secret(value):
            return
        if len(self._labels) < MOST_LABELS:
            self._labels[low] = label
        if low in self._words or not everywhere:
            return  # it is a word of the contract as well: replaced where it names somebody, not everywhere
        self._needles.add(value, every_spelling=label != "browse")
        for name, claim in forms.claims(value):
            self.add(forms.LABELS.get(name.lower(), "claim"), claim)

    def secret(self, value: str) -> bool:
        """Whether a text may be a secret at all: printed by nobody, no placeholder, and not blank."""
        return value.lower() not in self._printed and not is_placeholder(value) and bool(value.strip())

    def learn(self, exchange: Exchange) -> None:
        """Take in what an exchange betrays: credentials, cookies, identities, tenants, browse sessions."""
        request, response = exchange.request, exchange.response
        self._learn_headers(request.headers)
        payload = exchange.sent.payload if exchange.sent is not None else NOTHING
        self._learn_value(payload if isinstance(payload, dict | list) else parse_json(request.body))
        if response is not None:
            self._learn_headers(response.headers)
            self._learn_value(exchange.answer)

    def _learn_headers(self, headers: Headers) -> None:
        for name, value in headers:
            low = name.lower()
            if low in forms.SECRET_HEADERS:
                words = value.split()
                for word in words[1:] if len(words) > 1 and words[0].lower() in forms.SCHEMES else words:
                    if word.lower() not in forms.SCHEMES:
                        self.add("token-other", word)
            elif low in forms.COOKIE_HEADERS:
                for _, one in forms.cookies(value):
                    self.add("cookie", one)
            elif self._request_ids and low in forms.REQUEST_ID_HEADERS:
                self.add("request", value)

    def _learn_value(self, value: Any) -> None:
        if isinstance(value, dict | list):
            for label, text in forms.named(value):
                self.add(label, text)

    def replaced(self, text: str, within: Callable[[str], str]) -> str:
        """A text with every known value replaced; `within` scrubs what is found inside an encoded run."""
        return self._needles.replaced(text, within)


@functools.lru_cache(maxsize=1)
def _of_the_contract() -> tuple[frozenset[str], str]:
    """What the contract prints as samples (exempt), and its own words in one text, both in lower case."""
    documents = pinned()
    printed: set[str] = set()
    words: set[str] = set()
    for path in sorted(documents.root.rglob("*.json")):
        name = path.relative_to(documents.root).as_posix()
        if "/examples/" in name:
            sample = documents.json(name)
            printed.update(text.lower() for _, text in forms.named(sample))
            printed.update(guid.lower() for text in _texts(sample) for guid in GUID.findall(text))
        elif name.startswith("types/"):
            words.update(text.lower() for text in _texts(documents.json(name), keys=True))
    return frozenset(printed), "\n".join(sorted(words))


def _texts(value: Any, *, keys: bool = False) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [text for one in value for text in _texts(one, keys=keys)]
    if isinstance(value, dict):
        inner = [text for one in value.values() for text in _texts(one, keys=keys)]
        return [*value, *inner] if keys else inner
    return []
