"""Traffic as other tools record it: the mock's answers to a few requests, and how recorders and sanitisers alter it."""

import copy
import json

from restore_conformance.exchange import Request
from restore_conformance.mock import Service
from restore_conformance.mock.faults import seeded
from restore_conformance.targets import Embedded
from restore_conformance.verdicts import Verdict

CREATE = "/solutions/backupRestore/sharePointRestoreSessions"
READ = "/solutions/backupRestore/restoreSessions"
BASE = "https://graph.example/beta"
BROKEN = ["create/introduction.exclusive-artifacts"]
"""What the mock breaks that accepts mixed requests."""
POINTS = ("21a335ec-a759-4bee-bd01-d96c81c27779", "24e5e190-a4e1-4e0c-b083-d0c8c36bd251")
SITES = [{"restorePoint": {"id": point}, "destinationType": "inPlace"} for point in POINTS]
ITEMS = [
    {
        "browseSessionId": "b7Xk-session-01",
        "id": "d91de828-7918-40d7-bad4-e8f68390d7bb,cbbeee19-0624-4efa-92b4-f756f8d387e9",
    }
]
PAYLOADS = {
    "standard": {"siteRestoreArtifacts": SITES},
    "granular": {"granularSiteRestoreArtifacts": ITEMS},
    "mixed": {"siteRestoreArtifacts": SITES, "granularSiteRestoreArtifacts": ITEMS},
    "empty list": {"siteRestoreArtifacts": []},
    "no point": {"siteRestoreArtifacts": [{"restorePoint": {"id": ""}, "destinationType": "new"}]},
    "no destination": {"siteRestoreArtifacts": [{"restorePoint": {"id": POINTS[0]}}]},
}


def entry(method, url, sent, status, headers, body, asked=()):
    """One entry of a HAR file, as a careful recorder writes it."""
    text = "" if sent is None else sent if isinstance(sent, str) else json.dumps(sent, separators=(",", ":"))
    shown = [{"name": "authorization", "value": "Bearer some-token"}, *({"name": n, "value": v} for n, v in asked)]
    if text:
        shown += [
            {"name": "content-type", "value": "application/json"},
            {"name": "content-length", "value": str(len(text.encode()))},
        ]
    made = {
        "startedDateTime": "2026-11-28T11:34:04.305Z",
        "time": 12.5,
        "request": {"method": method, "url": url, "headers": shown, "bodySize": len(text.encode()) if text else 0},
        "response": {
            "status": status,
            "headers": [{"name": n, "value": v} for n, v in headers],
            "content": {
                "size": len(body),
                "mimeType": dict(headers).get("Content-Type", "x-unknown"),
                "text": body.decode(),
            },
        },
    }
    if text:
        made["request"]["postData"] = {"mimeType": "application/json", "text": text}
    return made


def recorded(fault="", payloads=PAYLOADS, query="", asked=(), edit=lambda body: body):
    """The entries of a talk with the mock, or with one that has a fault: creates, and the life of the first."""
    service = seeded(fault) if fault else Service()
    token = next(token for token, kind in service.tokens.items() if kind == "good")
    target = Embedded(service)
    entries = []

    def send(method, path, sent=None):
        headers = [("Authorization", f"Bearer {token}"), *asked]
        body = None if sent is None else json.dumps(edit(copy.deepcopy(sent)), separators=(",", ":"))
        if body is not None:
            headers.append(("Content-Type", "application/json"))
        answer = target.send(Request(method, path, tuple(headers), body and body.encode())).response
        media = [(n, v) for n, v in answer.headers if n.lower() == "content-type"]
        named = [("Content-Type", media[0][1])] if media else []
        entries.append(entry(method, f"{BASE}{path}{query}", body, answer.status, named, answer.body, asked))
        return json.loads(answer.body) if answer.body else {}

    made = [send("POST", CREATE, payload) for payload in payloads.values()]
    first = made[0].get("id", "none")
    send("GET", f"{READ}/{first}")
    send("DELETE", f"{READ}/{first}")
    send("GET", f"{READ}/{first}")
    return entries


def changes(service):
    """The entries of a talk about the artifacts of one session: listed, changed, changed wrongly, and once it runs."""
    token = next(token for token, kind in service.tokens.items() if kind == "good")
    target, entries = Embedded(service), []

    def send(method, path, sent=None):
        headers = [("Authorization", f"Bearer {token}")] + [("Content-Type", "application/json")] * (sent is not None)
        body = None if sent is None else json.dumps(sent, separators=(",", ":"))
        answer = target.send(Request(method, path, tuple(headers), body and body.encode())).response
        media = [("Content-Type", value) for name, value in answer.headers if name.lower() == "content-type"]
        made = entry(method, f"{BASE}{path}", body, answer.status, media, answer.body)
        made["startedDateTime"] = f"2026-11-28T11:34:{len(entries):02}.305Z"
        entries.append(made)
        return json.loads(answer.body) if answer.body else {}

    typed = f"{CREATE}/{send('POST', CREATE, PAYLOADS['standard'])['id']}"
    more = {"restorePoint": {"id": "d0c5d5ad-9c39-4d6e-a7ca-9f3f31a9b27e"}, "destinationType": "inPlace"}
    base = f"{READ}/{typed.rpartition('/')[2]}"
    for method, path, sent in (
        ("GET", base, None), ("GET", f"{typed}/siteRestoreArtifacts", None),
        ("PATCH", typed, {"siteRestoreArtifacts@delta": [{**more, "restorePoint": {"id": "no-guid"}}]}),
        ("GET", f"{typed}/siteRestoreArtifacts", None),
        ("PATCH", typed, {"siteRestoreArtifacts@delta": [more]}), ("GET", f"{typed}/siteRestoreArtifacts", None),
        ("POST", f"{base}/activate", None), ("GET", base, None),
        ("PATCH", typed, {"siteRestoreArtifacts@delta": [{**more, "restorePoint": {"id": POINTS[0]}}]}),
    ):  # fmt: skip
        send(method, path, sent)
    return entries


def har(entries):
    """A HAR file of entries."""
    return {"log": {"version": "1.2", "creator": {"name": "recorder", "version": "1"}, "entries": entries}}


def changed(entries, change):
    """The same entries, each altered by a function."""
    made = copy.deepcopy(entries)
    for one in made:
        change(one)
    return made


def with_entries(archive, change):
    """A HAR file with each entry altered by a function."""
    return {"log": archive["log"] | {"entries": changed(archive["log"]["entries"], change)}}


def failed(found):
    """The addresses of the clauses that a review found broken."""
    return sorted(address for address, verdict in found.items() if verdict.verdict is Verdict.FAIL)


def passed(found):
    """The addresses of the clauses that a review found kept."""
    return {address for address, verdict in found.items() if verdict.verdict is Verdict.PASS}


def sent_of(one):
    """The JSON that an entry shows of its request, or None."""
    text = one["request"].get("postData", {}).get("text")
    return json.loads(text) if text else None


def shown(one):
    """The JSON that an entry shows of its answer, or None."""
    text = one["response"]["content"].get("text")
    return json.loads(text) if text else None


def resent(one, value):
    """Let an entry show another request."""
    text = json.dumps(value, separators=(",", ":"))
    one["request"]["postData"]["text"] = text
    one["request"]["bodySize"] = len(text.encode())
    for row in one["request"]["headers"]:
        if row["name"].lower() == "content-length":
            row["value"] = str(len(text.encode()))


def reshown(one, value):
    """Let an entry show another answer."""
    text = json.dumps(value, separators=(",", ":"))
    one["response"]["content"] |= {"text": text, "size": len(text.encode())}


def written_over(one, value):
    """The same as sanitisers do it, who leave sizes as they were."""
    one["response"]["content"]["text"] = json.dumps(value, separators=(",", ":"))


def cassette(entries):
    """The same traffic as vcrpy keeps it."""
    return [
        {
            "request": {
                "method": one["request"]["method"],
                "uri": one["request"]["url"],
                "body": one["request"].get("postData", {}).get("text"),
                "headers": {row["name"]: [row["value"]] for row in one["request"]["headers"]},
            },
            "response": {
                "status": {"code": one["response"]["status"], "message": None},
                "headers": {row["name"]: [row["value"]] for row in one["response"]["headers"]},
                "body": {"string": one["response"]["content"]["text"]},
            },
        }
        for one in entries
    ]


def batched(entries, url=f"{BASE}/$batch", body=lambda value: value):
    """The same traffic as one $batch."""
    requests, responses = [], []
    for number, one in enumerate(entries):
        media = {"Content-Type": "application/json"}
        asked = {"id": str(number), "method": one["request"]["method"], "url": one["request"]["url"].removeprefix(BASE)}
        if sent_of(one) is not None:
            asked |= {"headers": media, "body": body(sent_of(one))}
        came = {"id": str(number), "status": one["response"]["status"], "headers": media}
        if shown(one) is not None:
            came["body"] = body(shown(one))
        requests.append(asked)
        responses.insert(0, came)  # in any order
    raw = json.dumps({"responses": responses}).encode()
    return [entry("POST", url, {"requests": requests}, 200, [("Content-Type", "application/json")], raw)]


def only(judged, good, broken, change):
    """The conforming talk breaks nothing and the faulty one its clause, when both are altered alike."""
    assert judged(changed(good, change))[0] == []
    assert judged(changed(broken, change))[0] == BROKEN
