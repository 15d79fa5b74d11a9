"""What stands in the place of a secret: the same for the same, of the same form, and known again when met.

A placeholder is a keyed digest of what it replaces, so that no table need be kept and none can be guessed.
"""

from __future__ import annotations

import hashlib
import hmac
import re

GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
# Control information of OData and Graph, such as `value@odata.type`, has the form of a mail address and is none.
_NO_DOMAIN = (
    r"(?!odata\.(?:associationLink|bind|context|count|delta|deltaLink|editLink|etag|id|media[A-Za-z]*|metadataEtag"
    r"|navigationLink|nextLink|null|readLink|removed|type)\b|microsoft\.graph\.[A-Za-z])"
)
# Each begins where a run of its letters begins, so that a long run is tried once and not from every letter.
MAIL = re.compile(
    r"(?<![A-Za-z0-9.!#$&'*+/=?^_`{|}~-])[A-Za-z0-9.!#$&'*+/=?^_`{|}~-]{1,128}@"
    + _NO_DOMAIN
    + r"[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+"
)
JWT = re.compile(r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*")
HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]+)+")

MARK = "5c12bbed"
"""*scrubbed*, as far as hexadecimal digits can spell it: how every GUID that stands for another begins."""

DOMAIN = "scrubbed.example"

PLACEHOLDER = re.compile(
    rf"{MARK}-[0-9a-f]{{4}}-4[0-9a-f]{{3}}-8[0-9a-f]{{3}}-[0-9a-f]{{12}}"
    r"|scrubbed(?:-[a-z]{1,20}){1,6}-[0-9a-f]{12}(?:@scrubbed\.example|\.scrubbed\.example|~|==)?"
    r"|scrubbed\.jwt\.[0-9a-f]{12}",
    re.IGNORECASE,
)


def is_placeholder(value: str) -> bool:
    """Whether a text is nothing but a placeholder."""
    return bool(PLACEHOLDER.fullmatch(value))


class Maker:
    """Makes placeholders with one key: a fresh one for every run, so that runs cannot be compared by them."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def digest(self, value: str, length: int) -> str:
        return hmac.new(self._key, value.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:length]

    def stand_in(self, value: str, label: str) -> str:
        """What stands for a value; the label says what it was: name, token-good, browse, host, …

        GUIDs, mail addresses and hosts are the same in any letter case; everything else is compared as it is.
        """
        if GUID.fullmatch(value):
            return self._guid(value)
        if label == "host":
            return f"scrubbed-host-{self.digest(value.lower(), 12)}.{DOMAIN}"
        if JWT.fullmatch(value):
            return f"scrubbed.jwt.{self.digest(value, 12)}"
        if MAIL.fullmatch(value):
            return f"scrubbed-mail-{self.digest(value.lower(), 12)}@{DOMAIN}"
        made = f"scrubbed-{label}-{self.digest(value, 12)}"
        if label == "browse":
            made += "" if re.fullmatch(r"[A-Za-z0-9_-]+", value) else "==" if value.endswith("=") else "~"
        return made

    def _guid(self, value: str) -> str:
        d = self.digest(value.lower(), 21)
        made = f"{MARK}-{d[:4]}-4{d[4:7]}-8{d[7:10]}-{d[9:21]}"
        return made.upper() if value.upper() == value and value.lower() != value else made
