"""A client of a service in process, and the artifacts it sends, for tests of what the mock answers."""

import json

from restore_conformance.exchange import Request
from restore_conformance.mock import Service

BASE = "/solutions/backupRestore"
SITE, GRANULAR = "siteRestoreArtifacts", "granularSiteRestoreArtifacts"


def artifact(kind, number, **more):
    """An artifact of one of the two lists."""
    key = f"aaaaaaaa-0000-4000-8000-{number:012x}"
    if kind == GRANULAR:
        return {"browseSessionId": "eJx", "id": f"{key},{key}", **more}
    return {"restorePoint": {"id": key}, "destinationType": "inPlace", **more}


class Client:
    """Speaks to a service as one caller. A call gives the status and the body as JSON; `ask` gives the response."""

    def __init__(self, service=None, caller="good"):
        self.service = service or Service()
        self.token = next(token for token, kind in self.service.tokens.items() if kind == caller)

    def ask(self, method, target, body=None, media="application/json", **headers):
        """Send bytes, or anything as JSON, to a whole target; a header is named with underscores."""
        sent = [("Authorization", f"Bearer {self.token}"), *((k.replace("_", "-"), v) for k, v in headers.items())]
        raw = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        content = [] if raw is None else [("Content-Type", media)]
        return self.service.handle(Request(method, target, (*sent, *content), raw))

    def __call__(self, method, path, body=None, **how):
        answer = self.ask(method, BASE + path, body, **how)
        return answer.status, json.loads(answer.body) if answer.body else None

    def create(self, number=0, kind=SITE):
        """A session with so many artifacts; without any, no payload is sent."""
        body = {kind: [artifact(kind, one) for one in range(number)]} if number else None
        return self("POST", "/sharePointRestoreSessions", body)[1]


def code(answer):
    """Status and service code of an answer; None where there is none."""
    return answer[0], (answer[1] or {}).get("error", {}).get("code")
