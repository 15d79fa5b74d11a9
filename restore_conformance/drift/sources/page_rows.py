"""Reads the rows and sentences of a page into facts: types, claims, permissions, errors.

Pure functions of text; each accepts the wordings that Graph pages use and leaves the rest alone.
"""

from __future__ import annotations

import re

from restore_conformance.drift.sources.page_facts import (
    ErrorFacts,
    HeaderFacts,
    Permission,
    PropertyFacts,
    normalise,
    sentences,
)

_PRIMITIVES = {
    "string": "Edm.String", "boolean": "Edm.Boolean", "int32": "Edm.Int32", "int64": "Edm.Int64",
    "datetimeoffset": "Edm.DateTimeOffset", "guid": "Edm.Guid", "double": "Edm.Double", "date": "Edm.Date",
    "duration": "Edm.Duration", "binary": "Edm.Binary", "stream": "Edm.Stream", "timeofday": "Edm.TimeOfDay",
}  # fmt: skip
_VALUES = re.compile(
    r"\b(?:possible|supported|allowed|valid|accepted)\s+values(?:\s+(?:are|include))?\s*:?\s*(.+)", re.IGNORECASE
)
_CLAIMS = re.compile(r"\b(only|unless|when|if|must|can't|cannot|valid for|applies|ignored)\b", re.IGNORECASE)
_ERROR = re.compile(r"\b([45]\d\d)\b")
_CODE = re.compile(r"\b([A-Z][a-z]+(?:[A-Z][a-z]+){1,6})\b")
_NAMES = re.compile(r"@[\w.]+|\b[a-z]+(?:[A-Z]\w*)+\b")


def example_name(title: str) -> str:
    """The name of an example without its number, normalised: two editions may number them differently."""
    return re.sub(r"^example( \d+)?:?\s*", "", normalise(title))


def edm_type(text: str, namespace: str) -> str:
    """The full name of a type as a table spells it: `siteRestoreArtifact collection`, `String`, `String (enum)`."""
    words = text.replace("(", " ").replace(")", " ").split()
    collection = any(word.casefold() == "collection" for word in words)
    words = [word for word in words if word.casefold() not in ("collection", "of", "a", "an")]
    name = words[0] if words else ""
    full = _PRIMITIVES.get(name.casefold(), name if "." in name else f"{namespace}.{name}")
    return f"Collection({full})" if collection else full


def property_row(kind: str, description: str, namespace: str) -> PropertyFacts:
    """The claims of one row of the property table."""
    values, default = _values(description)
    claims = [normalise(s) for s in sentences(description) if _CLAIMS.search(s) and not _VALUES.search(s)]
    return PropertyFacts(edm_type(kind, namespace), _required(description), values, default, " ".join(claims))


def _required(description: str) -> bool | None:
    if re.search(r"\b(not required|optional)\b", description, re.IGNORECASE):
        return False
    if re.search(r"(^|[.;]\s*)required\b|\b(is|are) required\b|\bmandatory\b", description, re.IGNORECASE):
        return True
    return None


def _values(description: str) -> tuple[tuple[str, ...], str | None]:
    default = None
    values: tuple[str, ...] = ()
    match = _VALUES.search(description)
    if match:
        names: list[str] = []
        for part in re.split(r",|;|\band\b|\bor\b", re.split(r"\.(?:\s|$)", match.group(1))[0]):
            name = re.match(r"[\s\"']*([A-Za-z_][\w-]*)", part)
            if name:
                names.append(name.group(1))
                if re.search(r"\bdefault\b", part, re.IGNORECASE):
                    default = name.group(1)
        values = tuple(dict.fromkeys(names))
    stated = re.search(r"\bdefault(?:s)?(?:\s+value)?(?:\s+(?:is|to))?\s*:?\s*[\"']?([A-Za-z_]\w*)", description)
    stated = stated or re.search(r"\bDefault(?:\s+value)?(?:\s+(?:is|to))?\s*:?\s*[\"']?([A-Za-z_]\w*)", description)
    if default is None and stated and stated.group(1) not in ("behavior", "behaviour", "when", "if"):
        default = stated.group(1)
    return values, default


def header_row(description: str) -> HeaderFacts:
    """The value and the claim of one row of the header table."""
    first = description.split(". ", maxsplit=1)[0].rstrip(".").strip()
    return HeaderFacts(first, bool(_required(description)))


def caller(text: str) -> str:
    """The kind of caller of a row of the permission table: delegated-work, delegated-personal or application."""
    low = text.casefold()
    if "application" in low:
        return "application"
    return "delegated-personal" if "personal" in low else "delegated-work"


def permission_row(cells: tuple[str, ...], *, ordered: bool) -> Permission:
    """One row of the permission table; `ordered` for the old table that lists least to most in one cell."""
    least = _permissions(cells[1] if len(cells) > 1 else "")
    higher = _permissions(cells[2] if len(cells) > 2 else "")
    if ordered:
        least, higher = least[:1], least[1:]
    return Permission(bool(least), least, higher)


def _permissions(cell: str) -> tuple[str, ...]:
    return tuple(re.findall(r"(?<![\w-])[A-Z][\w-]*(?:\.[A-Z][\w-]*)+\b", cell))


def cloud(text: str) -> str:
    """The key of a national cloud as `schemas/create/page.toml` spells it."""
    low = text.casefold()
    for mark, key in (("l4", "us_government_l4"), ("l5", "us_government_l5"), ("china", "china"), ("global", "global")):
        if mark in low:
            return key
    return re.sub(r"\W+", "_", low).strip("_")


def cloud_cell(text: str) -> bool:
    """Whether a cell says that the operation is available."""
    return any(mark in text.casefold() for mark in ("✅", "✔", "yes", "white_check_mark", "available")) and (
        "not" not in text.casefold()
    )


def success(text: str) -> tuple[int, str]:
    """Status and type of the answer that the response section promises; (0, "") where it names none."""
    status = re.search(r"\b(2\d\d)\b", text)
    kind = re.search(
        r"\b(?:an?|the|updated|new|created)\s+(collection of\s+)?([a-z][^\WA-Z]*[A-Z]\w*)\s+objects?\b", text
    )
    return int(status.group(1)) if status else 0, kind.group(2) if kind else ""


def error_sentence(sentence: str, subject_of: str = "", before: str = "") -> tuple[str, ErrorFacts] | None:
    """The error a sentence promises, keyed by status and what it is about; None where it promises none.

    What it is about is named by the sentence, else by the one `before` it, else by the heading `subject_of`.
    """
    status = _ERROR.search(sentence)
    if not status or re.search(r"\b(?:\d+,)?\d{3}\s+(characters|items|artifacts|sites|bytes|users)\b", sentence):
        return None
    code = _CODE.search(sentence.replace("Bad Request", ""))
    named = tuple(dict.fromkeys(_NAMES.findall(sentence))) or tuple(dict.fromkeys(_NAMES.findall(before)))
    subject = named or ((subject_of,) if subject_of else ())
    about = subject[0] if subject else normalise(sentence)[:40]
    key = f"{status.group(1)} {code.group(1) if code else about}"
    return key, ErrorFacts(int(status.group(1)), code.group(1) if code else "", subject, _condition(sentence, status))


def _condition(sentence: str, status: re.Match[str]) -> str:
    """When a sentence says its error happens: the part before the status that begins with if, when or unless."""
    when = re.search(r"\b(?:if|when|unless|where)\b[^.;]*", sentence, re.IGNORECASE)
    return re.split(r",\s", when.group())[0].strip(" ,`") if when and status.start() > when.start() else ""


def error_row(head: tuple[str, ...], cells: tuple[str, ...]) -> tuple[str, ErrorFacts] | None:
    """The error of one row of an error table, or None where it names no status or code."""
    status = next((int(cell[:3]) for cell in cells if re.match(r"[2-5]\d\d\b", cell)), 0)
    column = next((i for i, name in enumerate(head) if re.match(r"(error )?code$", name.casefold())), None)
    candidates = [cells[column]] if column is not None and column < len(cells) else list(cells)
    code = next((c for cell in candidates if (c := cell.strip()) and re.fullmatch(r"[A-Za-z][a-z]*[A-Z]\w*", c)), "")
    if not status or not code:
        return None
    others = tuple(normalise(c) for c in cells if c.strip() and c.strip() != code and not re.match(r"[2-5]\d\d\b", c))
    return f"{status} {code}", ErrorFacts(status, code, (code,), cells=others)


_ABOUT = {
    "create": "create", "patch": "update", "update": "update", "delete": "delete", "activate": "activate", "get": "get",
    "list": "list",
}  # fmt: skip


def error_table(heading: str) -> str:
    """The operation that a table of errors is about, as `schemas/` names it; for other APIs the heading itself."""
    text = normalise(heading)
    if re.match(r"(?:get|list)\b.*\brestore\s?artifact", text):
        return "list-artifacts"
    match = re.match(r"(\w+)\b.*\brestore\s?session", text)
    if match and "bulk" not in text and match.group(1) in _ABOUT:
        return _ABOUT[match.group(1)]
    return text


def resource_name(title: str, namespace: str) -> str:
    """The full name of the type that a page describes by its title, or nothing."""
    match = re.match(r"([A-Za-z]\w*) (?:resource|complex|enum(?:eration)?) type$", title.strip())
    return f"{namespace}.{match.group(1)}" if match else ""
