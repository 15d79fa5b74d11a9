"""The scrubber: replaces what is known by now, and what its form gives away, in texts, headers, values and bytes.

Remembers nothing itself: what is known, and how that was learnt, is for `known`.
"""

from __future__ import annotations

import hashlib
import html
import json
import os
import re
import secrets as chance
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from restore_conformance.exchange import Exchange, Headers
from restore_conformance.output import gate
from restore_conformance.scrub import forms
from restore_conformance.scrub.known import Known
from restore_conformance.scrub.needles import decoded, encoded
from restore_conformance.scrub.placeholders import PLACEHOLDER, Maker

DEEPEST = 4
WORTH_DECODING = re.compile(r"[A-Za-z0-9+/_-]{24,}={0,2}")
LITERAL = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\Z|\\\Z)', re.DOTALL)
# An open literal reaches to the end of the text, so that no text is read twice.
WORD = re.compile(r"[^\s\"'<>{}\\]+")
WORDS = re.compile(r"[A-Za-z0-9]{3}")
SET_ASIDE = re.compile("\x00\\d+\x01")
MARKED = re.compile(r"[^\s<>\"']+")
ESCAPED = re.compile(r"(?:\\u[0-9a-fA-F]{4}|[^\s\"'<>{}\\])+")
ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")


class Scrub:
    """Replaces secrets and identity. `secrets` names the values known from the settings: token, token of read-only, …

    `request_ids` takes the ids for support out as well. Values that the contract itself prints are exempt, and so
    are those in `shown`.
    """

    def __init__(
        self,
        secrets: Mapping[str, str] | None = None,
        *,
        hosts: Iterable[str] = (),
        values: Iterable[tuple[str, str]] = (),
        request_ids: bool = False,
        shown: Iterable[str] = (),
        key: bytes | None = None,
    ) -> None:
        self._known = Known(Maker(key or chance.token_bytes(32)), shown=shown, request_ids=request_ids)
        self.request_ids = request_ids
        for name, value in (secrets or {}).items():
            self.known(re.sub(r"[^a-z]+", "-", name.lower()).strip("-") or "secret", value)
        for host in hosts:
            if forms.is_private_host(host):
                self.known("host", host)
        for label, value in values:
            self.known(label, value)

    def stand_in(self, name: str, value: str) -> str:
        """The placeholder of a value of that name."""
        return self._known.stand_in(name, value)

    # ------------------------------------------------------------------ first pass

    def known(self, label: str, value: str) -> None:
        """Take in one value that must not be shown, unless the contract prints it or it is a placeholder.

        A credential of fewer than 12 characters is taken out of the places of credentials only: as `draft` or `new`
        it would be part of every answer.
        """
        if forms.is_credential(label):
            gate.current().add(value)
            self._known.add(label, value, everywhere=len(value) >= gate.LEAST)
        else:
            self._known.add(label, value)

    def learn(self, exchange: Exchange) -> None:
        """Take in what an exchange betrays: credentials, cookies, identities, tenants, browse sessions."""
        self._known.learn(exchange)

    # ------------------------------------------------------------------ second pass

    def text(self, value: str) -> str:
        """A text with every secret in it replaced, however it is coded."""
        return self._text(value, 0)

    def _text(self, value: str, depth: int) -> str:
        if len(value) < 4:
            return value
        kept: list[str] = []

        def keep(found: re.Match[str]) -> str:
            kept.append(found[0])
            return f"\x00{len(kept) - 1}\x01"

        # Placeholders are set aside, so that nothing in them is taken for a secret: scrubbing twice changes nothing.
        made = PLACEHOLDER.sub(keep, value) if "scrubbed" in value or "5c12bbed" in value.lower() else value
        made = self._known.replaced(made, lambda inner: self._text(inner, depth + 1))
        made = self._by_name(made)
        made = self._by_form(made)
        if depth < DEEPEST:
            made = self._coded(made, depth + 1)
        return re.sub("\x00(\\d+)\x01", lambda m: kept[int(m[1])] if int(m[1]) < len(kept) else m[0], made)

    def _bearer(self, found: re.Match[str]) -> str:
        """What follows the scheme is a token, unless it is the name of the next line, as in a list of headers."""
        if "\n" in found[2] and found.string[found.end() : found.end() + 1] == ":":
            return found[0]
        return found[1] + found[2] + self._one("token-other", found[3])

    def _one(self, label: str, value: str) -> str:
        if not value or not self._known.secret(value):
            return value
        rest = SET_ASIDE.sub("", PLACEHOLDER.sub("", value))
        if len(rest) < len(value):
            # What stands beside a placeholder may be a secret as well; marks between two of them are not.
            return self.stand_in(label, rest) if WORDS.search(rest) else value
        return self.stand_in(label, value)

    def _by_name(self, text: str) -> str:
        if '"' in text and ":" in text:
            text = forms.IDENTITY.sub(self._identity, text)
            text = forms.MEMBER.sub(
                lambda m: f'{m[1]}"{self._literal(forms.LABELS[m[2].lower()], m[3])}{m[4]}', text
            )  # fmt: skip
        if "=" in text or "%3" in text:
            text = forms.PARAMETER.sub(lambda m: m[1] + self._one(forms.LABELS[m[2].lower()], m[3]), text)
        return text

    def _identity(self, found: re.Match[str]) -> str:
        kind = found[1].split('"')[1]

        def one(member: re.Match[str]) -> str:
            if "@" in member[2]:
                return member[0]
            return f'{member[1]}"{self._literal(forms.label_of(kind, member[2]), member[3])}{member[4]}'

        return found[1] + forms.TEXT_MEMBER.sub(one, found[2])

    def _literal(self, label: str, escaped: str) -> str:
        first, below, rest = escaped.partition("\n")
        if below:  # cut off: JSON has no line end in a text, so what stands in the lines below is not part of it
            return self._literal(label, first) + below + rest
        try:
            plain = json.loads(f'"{escaped}"')
        except ValueError:
            plain = escaped
        made = self._one(label, plain)
        return escaped if made == plain else made

    def _by_form(self, text: str) -> str:
        if "://" in text:
            text = forms.URL_HOST.sub(self._url_host, text)
        if "." in text or "-" in text:
            low = text.lower()
            for label, form, signs in forms.BY_FORM:
                if any(sign in low for sign in signs):
                    text = form.sub(lambda m, label=label: self._one(label, m[0]), text)  # type: ignore[misc]
        if "earer" in text or "EARER" in text:
            text = forms.BEARER.sub(self._bearer, text)
        return text

    def _url_host(self, found: re.Match[str]) -> str:
        user = self._one("user", found[1]) + "@" if found[1] else ""
        return user + (self._one("host", found[2]) if forms.is_private_host(found[2]) else found[2])

    def _coded(self, text: str, depth: int) -> str:
        """What is escaped or coded once more, with whatever it holds scrubbed."""
        if "\\" in text:
            text = LITERAL.sub(lambda m: self._unescaped(m, depth), text)
        if "%" in text:
            text = WORD.sub(lambda m: self._unquoted(m, depth), text)
        if "&" in text:
            text = MARKED.sub(lambda m: self._unmarked(m, depth), text)
        if "\\u" in text:
            text = ESCAPED.sub(lambda m: self._unescaped_word(m, depth), text)
        return WORTH_DECODING.sub(lambda m: self._decoded(m, depth), text)

    def _unescaped(self, found: re.Match[str], depth: int) -> str:
        if "\\" not in found[0]:
            return found[0]
        try:
            plain = json.loads(found[0], strict=False)
        except ValueError:
            return found[0]
        made = self._text(plain, depth)
        return found[0] if made == plain else json.dumps(made, ensure_ascii=found[0].isascii())

    def _unquoted(self, found: re.Match[str], depth: int) -> str:
        if "%" not in found[0]:
            return found[0]
        plain = unquote(found[0], errors="surrogateescape")
        made = self._text(plain, depth)
        return found[0] if made == plain else quote(made, safe="/:?=&+,;@$()*!~'", errors="surrogateescape")

    def _unescaped_word(self, found: re.Match[str], depth: int) -> str:
        if "\\" not in found[0]:
            return found[0]
        plain = ESCAPE.sub(lambda m: chr(int(m[1], 16)), found[0])
        made = self._text(plain, depth)
        return found[0] if made == plain else made

    def _unmarked(self, found: re.Match[str], depth: int) -> str:
        if "&" not in found[0]:
            return found[0]
        plain = html.unescape(found[0])
        made = self._text(plain, depth)
        return found[0] if made == plain else html.escape(made)

    def _decoded(self, found: re.Match[str], depth: int) -> str:
        plain = decoded(found[0])
        if plain is None:
            return found[0]
        made = self._text(plain, depth)
        return found[0] if made == plain else encoded(made, found[0])

    def headers(self, headers: Headers) -> list[list[str]]:
        """Headers as pairs, scrubbed; what names a caller becomes a placeholder, its scheme stays."""
        return [[self._header_name(name), self.header(name, value)] for name, value in headers]

    def _header_name(self, name: str) -> str:
        return name if len(name) < gate.LEAST or name.lower() in forms.PLAIN_HEADERS else self.text(name)

    def header(self, name: str, value: str) -> str:
        """One header's value, scrubbed."""
        low = name.lower()
        if low in forms.SECRET_HEADERS:
            pieces = re.split(r"(\s+)", value)
            words = [i for i, piece in enumerate(pieces) if piece.strip()]
            for i in words:
                if pieces[i].lower() not in forms.SCHEMES:
                    pieces[i] = self._one("token-other", pieces[i])
            return "".join(pieces)
        if low in forms.COOKIE_HEADERS:
            return ";".join(self._cookie(part) for part in value.split(";"))
        if self.request_ids and low in forms.REQUEST_ID_HEADERS:
            return self._one("request", value)
        return self.text(value)

    def _cookie(self, part: str) -> str:
        """One part of a cookie header: the value goes; a name, a path or a domain may hold a secret as well."""
        name, mark, value = part.partition("=")
        if not mark or name.strip().lower() in forms.COOKIE_ATTRIBUTES:
            return self.text(part)
        blank = value[: len(value) - len(value.lstrip())]
        return f"{self.text(name)}={blank}{self._one('cookie', value.strip())}"

    def value(self, value: Any, depth: int = 0) -> Any:
        """A JSON value with every text in it scrubbed, those under telling names for what they are."""
        if isinstance(value, str):
            return self.text(value)
        if depth > 60:
            return None
        if isinstance(value, dict):
            return {self.text(name): self._member(name, inner, depth) for name, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(inner, depth + 1) for inner in value]
        return value

    def _member(self, name: str, inner: Any, depth: int) -> Any:
        label = forms.LABELS.get(name.lower())
        if label and isinstance(inner, str):
            return self.text(self._one(label, inner))
        if name in forms.IDENTITIES and isinstance(inner, dict):
            shown = {
                key: self._one(forms.label_of(name, key), one) if isinstance(one, str) and "@" not in key else one
                for key, one in inner.items()
            }
            return {self.text(key): self.value(one, depth + 1) for key, one in shown.items()}
        return self.value(inner, depth + 1)

    def bytes(self, raw: bytes) -> bytes:
        """A body, scrubbed; bytes that are no UTF-8 stay as they are but for what is found in them."""
        try:
            text, coding = raw.decode("utf-8"), "utf-8"
        except UnicodeDecodeError:
            text, coding = raw.decode("latin-1"), "latin-1"
        made = self.text(text)
        return raw if made == text else made.encode(coding, "replace")


def of_command_line(arguments: Sequence[str], variable: str) -> Scrub:
    """A scrubber that knows the tokens of a command line and of an environment variable.

    It shows the hosts that stand there: whoever typed them must be told which one was meant.
    """
    found = {"token": os.environ.get(variable, "").strip()}
    for at, word in enumerate(arguments):
        option, mark, joined = word.partition("=")
        value = joined if mark else arguments[at + 1] if at + 1 < len(arguments) else ""
        if option == "--token":
            found[f"token {at}"] = value.strip()
        elif option == "--identity":
            found[f"token of {value.partition('=')[0]}"] = value.partition("=")[2].strip()
    hosts = [urlsplit(word).hostname or "" for word in arguments if "://" in word]
    return Scrub(found, shown=hosts)


def _rules() -> str:
    total = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        total.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return total.hexdigest()


RULES_DIGEST = _rules()
"""SHA-256 over the rules themselves: a cassette says by which it was scrubbed."""
