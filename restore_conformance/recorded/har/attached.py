"""Bodies that a recorder keeps in files beside its archive, named after the digest of what they hold.

Playwright does so with `content: "attach"`. Opens no other file: whoever wrote an archive may name any.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

LARGEST = 32 * 1024 * 1024
NAME = re.compile(r"([0-9a-f]{40})\.[A-Za-z0-9]{1,8}")


def attached(archive: Path, name: str) -> bytes | None:
    """The bytes of an attached file, or None where it is not there or does not hold what its name says."""
    found = NAME.fullmatch(name)
    path = archive.parent / name
    if not found or not path.is_file():
        return None
    try:
        if path.stat().st_size > LARGEST:
            return None
        raw = path.read_bytes()
    except OSError:
        return None
    return raw if hashlib.sha1(raw, usedforsecurity=False).hexdigest() == found[1] else None
