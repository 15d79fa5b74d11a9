"""Damages files as disks, editors, networks and people do: cut, spoilt, in another encoding, of other types."""

import copy
import gzip
import json

DEEP = 3000

ODD = [
    None, True, False, 0, -1, 1, 2**53, 10**400, 2.5, 1e308, -0.0, float("inf"), float("nan"), "", " ", "x", "null",
    "\x00", "\ud800", "\x1b[2J", "::error::x", "http://[", "https://x:99999/", "//", "..", "../../x", "/dev/zero",
    "--5", "1e999", "0001-01-01", "9999-12-31T23:59:59-23:59", "2026-13-45", "x" * 5000, "\u00e9" * 300, "$(id)",
    "a/b", "%00", [], {}, [[]], [None], [0], ["x"], [{}], {"": None}, {"a": {}}, {"@odata.type": {}}, {"id": []},
]  # fmt: skip
"""Values of every type, and texts that readers of some format trip over."""

PIECES = [b"\0", b"\xff", b"\xed\xa0\x80", b"\xc3", b"{", b"[[", b'"', b"&a *a", b"\r\n", b"\t", b"<", b"--5", b"!!x",
          b"9" * 5000, b"\xe2\x80\xa8", b"\xef\xbb\xbf", b"1e999", b"\\ud800", b"%", b"#"]  # fmt: skip


def wholes(raw):
    """What a file may be as a whole: name and bytes."""
    text = raw.decode("utf-8", "replace")
    yield "empty", b""
    yield "white space", b" \n\t\r\n"
    yield "half", raw[: len(raw) // 2]
    yield "all but the end", raw[:-1]
    yield "without its head", raw[len(raw) // 3 :]
    yield "twice", raw + raw
    yield "NUL at the front", b"\0" + raw
    yield "NUL inside", raw[: len(raw) // 2] + b"\0\0" + raw[len(raw) // 2 :]
    yield "NUL only", b"\0" * 4096
    yield "with a byte order mark", b"\xef\xbb\xbf" + raw
    yield "UTF-16", text.encode("utf-16", "replace")
    yield "UTF-16 without a mark", text.encode("utf-16-be", "replace")
    yield "UTF-32", text.encode("utf-32", "replace")
    yield "Latin-1", raw + "\n# \u00e9\u00e0".encode("latin-1")
    yield "old line ends", raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r")
    yield "gzip", gzip.compress(raw)
    yield "zip", b"PK\x03\x04" + raw
    yield "HTML", b"<!DOCTYPE html>\n<html><title>Sign in</title><p>POST /x</p></html>"
    yield "binary", bytes(range(256)) * 40
    for one in (b"null", b"[]", b"{}", b"0", b'"text"', b"- 1\n", b"a: b\n", b"a = 1\n", b"<x/>", b"# x\n"):
        yield one.decode().strip(), one
    yield "deep lists", b"[" * DEEP
    yield "deep lists, closed", b"[" * DEEP + b"]" * DEEP
    yield "deep objects", b'{"a":' * DEEP + b"1" + b"}" * DEEP
    yield "deep YAML", "".join(f"{' ' * at}a:\n" for at in range(400)).encode()
    yield "deep XML", b"<x>" * DEEP
    yield "deep TOML", b"a = " + b"[" * DEEP
    yield "a TOML key of many parts", b"a" + b".a" * DEEP + b" = 1"
    yield "a huge number", b"9" * 20_000
    yield "a huge number in JSON", b'{"a": ' + b"9" * 20_000 + b"}"
    yield "a huge number in TOML", b"a = " + b"9" * 20_000
    yield "one long line", b"a" * 300_000
    yield "many lines", b"a\n" * 30_000


def spoilt(raw, chance):
    """Bytes with up to three of them flipped, or pieces put in, left out or doubled."""
    made = bytearray(raw)
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(made) + 1)
        kind = chance.randrange(5)
        if kind == 0 and at < len(made):
            made[at] ^= 1 << chance.randrange(8)
        elif kind == 1:
            made[at:at] = chance.choice(PIECES)
        elif kind == 2:
            del made[at : at + chance.choice([1, 3, 40, 400])]
        elif kind == 3:
            made[at:at] = made[at : at + 200]
        else:
            del made[at:]
    return bytes(made)


def places_of(value, path=()):
    """Every place of a value, itself first."""
    yield path
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from places_of(inner, (*path, name))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from places_of(inner, (*path, at))


def changed(value, chance):
    """A value with one place replaced, removed, wrapped, doubled or called otherwise."""
    path = chance.choice(list(places_of(value)))
    odd = copy.deepcopy(chance.choice(ODD))
    if not path:
        return odd
    value = copy.deepcopy(value)
    inner = value
    for part in path[:-1]:
        inner = inner[part]
    last, kind = path[-1], chance.randrange(10)
    if kind < 6:
        inner[last] = odd
    elif kind == 6:
        del inner[last]
    elif kind == 7:
        inner[last] = [inner[last]]
    elif isinstance(inner, list):
        inner.insert(last, copy.deepcopy(inner[last]))
    else:
        inner[str(odd)[:40]] = inner[last] if kind == 8 else inner.pop(last)
    return value


def as_json(value):
    """A value as JSON; NaN and halves of surrogate pairs are left in."""
    return json.dumps(value).encode()


def as_lines(value):
    """A list as NDJSON, anything else as one line."""
    return b"".join(as_json(one) + b"\n" for one in (value if isinstance(value, list) else [value]))


def as_toml(value):
    """A value as TOML, as far as it has the types."""
    if not isinstance(value, dict):
        return f"x = {_toml(value)}\n".encode("utf-8", "replace")
    lines = [f"{_text(str(name))} = {_toml(inner)}\n" for name, inner in value.items() if inner is not None]
    return "".join(lines).encode("utf-8", "replace")


def _text(text):
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _toml(value):
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list):
        return "[" + ", ".join(_toml(one) for one in value if one is not None) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_text(str(n))} = {_toml(v)}" for n, v in value.items() if v is not None) + "}"
    return _text(str(value))
