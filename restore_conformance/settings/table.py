"""The table of settings: each once, with its name, type, default, meaning, commands, spellings and who may set it.

The options of the commands and of pytest, the reading of TOML files and of the environment, and the page of the
documentation are made from it. Reads no file and sends nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from restore_conformance.contract.editions import LATEST, chosen, editions
from restore_conformance.settings.row import Kind, Setting

PROFILES = ("quick", "standard", "deep", "live", "live-deep")
"""The names of the profiles, from the least that is sent to the most; what they send is in `payloads.plan`."""


TARGETS = {
    "mock": "the mock", "application": "an application", "replay": "the recordings",
    "documentation": "the printed examples", "http": "an emulator reached by http",
    "https": "an emulator reached by https", "live": "a live target",
}  # fmt: skip
"""The kinds of target, and what each is. An emulator has a base URL on this machine or is listed as one; an application
is one of the Python interface."""


def _on(commands: str) -> frozenset[str]:
    return frozenset(commands.split())


_DAY = 86_400.0
_LIVE = _on("run pytest record doctor cleanup")
_ALL = frozenset(TARGETS)
_EMULATORS = _on("http https")
_OTHERS = _EMULATORS | _on("application live")
"""Whatever is sent something and has its own tokens and its own pace."""
_PLANNED = _EMULATORS | _on("mock application")
"""Whatever is sent the plan of a profile; a live target has a script of its own."""
_SENT = _PLANNED | _on("live")
_JUDGED = _SENT | _on("replay")

SETTINGS = (
    Setting(
        name="target", kind="text", default="mock", places="own", metavar="mock|replay|live|URL",
        commands=_LIVE | _on("python"), targets=_ALL,
        meaning="what is judged: mock, replay (the recordings), live, or a base URL such as http://127.0.0.1:8080/beta",
        differs={
            "python": {"metavar": "mock|application|URL"},
            "record": {
                "default": "", "shown": "none, it has to be named", "metavar": "mock|documentation|live|URL",
                "meaning": "what to record: the mock, the printed examples, the live service, or a server at a URL",
            },
            **{
                command: {"default": "live", "metavar": "live|URL", "meaning": "the live target"}
                for command in ("doctor", "cleanup")
            },
        },
    ),
    Setting(
        name="token", kind="text", metavar="T", secret=True, variable=True, commands=_LIVE | _on("python"),
        targets=_OTHERS, meaning="bearer token of a caller with the permission",
        differs={
            command: {"meaning": "a ready-made token instead of the configured sign-in"}
            for command in ("doctor", "cleanup")
        },
    ),
    Setting(
        name="identities", kind="pairs", default=(), option="--identity", metavar="NAME=TOKEN", secret=True,
        variable=True, commands=_on("run pytest record python"), targets=_OTHERS,
        meaning="another caller: read-only, no-permission, personal, expired, delegated or application",
    ),
    Setting(
        name="headers", kind="pairs", default=(), option="--header", metavar="NAME=VALUE", secret=True,
        variable=True, commands=_on("run pytest record python"), targets=_EMULATORS,
        meaning="a header of every request to an emulator, as a gateway in front of it may want; its value is a secret",
    ),
    Setting(
        name="wait", kind="number", default=0.0, shown="0", metavar="SECONDS", least=0, most=3600, variable=True,
        places="own", commands=_on("run pytest record"), targets=_EMULATORS,
        meaning="how long to wait for an emulator that is starting until it answers",
    ),
    Setting(
        name="restore_points", kind="file", metavar="FILE", places="own", commands=_on("run pytest record python"),
        targets=_SENT,
        meaning="ids of restore points that exist on the target, one on each line",
    ),
    Setting(
        name="granular_items", kind="file", metavar="FILE", places="own", commands=_on("run pytest record python"),
        targets=_SENT,
        meaning="items that exist there: browse session id, blank, item key on each line",
    ),
    Setting(
        name="profile", kind="text", default="standard", shown="standard; on a live target live", choices=PROFILES,
        variable=True, places="anywhere", commands=_on("run pytest python"), targets=_SENT, meaning="how much is sent",
    ),
    Setting(
        name="seed", kind="whole", default=1, shown="1", metavar="N", least=0, most=4_294_967_295, variable=True,
        places="anywhere", commands=_on("run pytest python"), targets=_PLANNED,
        meaning="the same seed sends the same planned requests",
    ),
    Setting(
        name="only", kind="texts", default=(), metavar="ADDRESS|HEADING|OPERATION", variable=True, places="own",
        commands=_on("run python"), targets=_JUDGED, shown="every clause",
        meaning="judge these clauses only and send what they need, such as create/response.id, create/response, get; "
        "* stands for any text",
    ),
    Setting(
        name="report", kind="folder", default="reports/latest", metavar="DIR", variable=True, places="own",
        commands=_on("run pytest judge python"), targets=_JUDGED, meaning="where run.json and the reports go",
        differs={
            "judge": {"default": "reports/judged"},
            **{front: {"default": "", "shown": "none are written"} for front in ("pytest", "python")},
        },
    ),
    Setting(
        name="readings", kind="pairs", default=(), option="--reading", metavar="KEY=VALUE", variable=True,
        places="anywhere", commands=_on("run pytest judge python"), targets=_JUDGED,
        meaning="narrow an interpretation to one reading",
    ),
    Setting(
        name="edition", kind="text", metavar="NAME", variable=True, places="anywhere",
        shown=f"{chosen().edition.name}, the pinned one",
        commands=_on("run pytest judge serve clauses openapi python"), targets=_JUDGED,
        meaning=f"the edition of the documents that binds: {', '.join(e.name for e in editions())} or {LATEST}",
    ),
    Setting(
        name="as_of", kind="date", metavar="DATE", variable=True, places="own",
        commands=_on("run pytest judge serve clauses openapi"), targets=_JUDGED,
        meaning="the same by date (YYYY-MM-DD): the newest edition that is not later",
    ),
    Setting(
        name="ca_bundle", kind="file", metavar="FILE", places="own", commands=_LIVE | _on("python"),
        targets=_on("https live"), meaning="certificates to trust, as a PEM file",
    ),
    Setting(
        name="emulators", kind="texts", default=(), option="--emulator", metavar="HOST", places="own",
        commands=_on("run pytest record python"), targets=_EMULATORS,
        meaning="a host in a private network that is an emulator and not a tenant; elsewhere give its address as well",
    ),
    Setting(
        name="max_requests", kind="whole", default=0, shown="0, no bound", metavar="N", least=0, most=10_000_000,
        variable=True, places="own", commands=_on("run pytest python"), targets=_SENT, meaning="most requests to send",
    ),
    Setting(
        name="max_failures", kind="whole", default=0, shown="0", metavar="N", least=0, most=10_000, variable=True,
        places="own", commands=_on("run python"), targets=_SENT,
        meaning="send nothing more once N must clauses failed; 0 sends everything, whatever fails",
    ),
    Setting(
        name="timeout", kind="number", default=30.0, shown="30", metavar="SECONDS", least=0.001, most=_DAY,
        variable=True, places="own", commands=_on("run pytest record python"), targets=_OTHERS,
        meaning="how long to wait for an answer",
    ),
    Setting(
        name="patience", kind="number", default=30.0, shown="30", metavar="SECONDS", least=0, most=_DAY,
        variable=True, places="own", commands=_on("run pytest python"), targets=_SENT,
        meaning="how long to wait, in all, until changes are seen",
    ),
    Setting(
        name="draws", kind="whole", default=-1, shown="-1, as the profile says", metavar="N", least=-1,
        most=10_000_000, places="own", commands=_on("run pytest"), targets=_PLANNED,
        meaning="how many stimuli Hypothesis draws",
    ),
    Setting(
        name="scrub_request_ids", kind="switch", default=False, variable=True, places="own",
        commands=_on("run judge record"), targets=_JUDGED,
        meaning="take the ids for support out of everything written, too",
    ),
    Setting(
        name="config", kind="file", metavar="FILE", commands=_LIVE, targets=_JUDGED,
        differs={"record": {"targets": _EMULATORS | _on("live")}},
        shown="restore-conformance.toml in your own folder for configuration", meaning="a TOML file of settings",
    ),
    Setting(
        name="yes", kind="switch", default=False, commands=_LIVE, targets=_on("live"),
        meaning="leave to send to a live target",
    ),
    Setting(
        name="dry_run", kind="switch", default=False, commands=_LIVE - {"pytest", "doctor"}, targets=_on("live"),
        meaning="print what would be sent to a live target, and send nothing",
    ),
    Setting(
        name="deviations", kind="file", metavar="FILE", variable=True, places="own",
        commands=_on("run pytest judge compare python deviations"), targets=_JUDGED, shown="none, nothing is accepted",
        meaning="a ledger of accepted deviations, such as reports/deviations.toml",
        differs={"deviations": {"default": "deviations.toml", "shown": "", "meaning": "the ledger"}},
    ),
    Setting(
        name="har", kind="switch", default=True, option="--no-har", variable=True, places="anywhere",
        commands=_on("run judge"), targets=_JUDGED,
        meaning="do not write the exchanges as DIR/run.har (HAR 1.2) as well",
    ),
    Setting(
        name="quiet", kind="switch", default=False, variable=True, places="own",
        commands=_on("run judge compare site"), targets=_JUDGED, meaning="print the verdict line only",
        differs={"compare": {"meaning": "print the first line only"}, "site": {"meaning": "print nothing"}},
    ),
    Setting(
        name="plain", kind="switch", default=False, variable=True, places="anywhere", commands=_on("run judge"),
        targets=_JUDGED,
        meaning="lines only, no colours, nothing redrawn: for logs (default where standard error is not a terminal)",
    ),
    Setting(
        name="history", kind="text", metavar="FILE|URL", variable=True, commands=_on("run judge history site"),
        targets=_JUDGED, meaning="keep the run there, a SQLite file or a database URL, and report since when",
        differs={
            "history": {"meaning": "the runs: a SQLite file or a database URL"},
            "site": {"meaning": "the runs and drift nights: a SQLite file or a database URL"},
        },
    ),
    Setting(
        name="label", kind="text", default=None, metavar="NAME", variable=True, places="own",
        commands=_on("run judge"), targets=_JUDGED, shown="the target",
        meaning="what this target is called in the history",
    ),
)  # fmt: skip
"""Every setting that `run` takes, in the order of its help; other commands and fronts take some of them."""

ROWS: Mapping[str, Setting] = {row.name: row for row in SETTINGS}


# ---------------------------------------------------------------- the settings of live mode

SIGN_IN_METHODS = (
    "client-secret", "certificate", "workload", "github", "managed", "azure-cli", "default", "token",
)  # fmt: skip
"""Ways to sign in."""


def _in_live(name: str, kind: Kind, meaning: str, default: Any = "", **more: Any) -> Setting:
    return Setting(
        name=name, kind=kind, meaning=meaning, default=default, commands=_LIVE, targets=_on("live"), places="own",
        **more,
    )  # fmt: skip


LOGIN = (
    _in_live("sign_in", "text", f"one of: {', '.join(SIGN_IN_METHODS)}; without it, what the other settings allow"),
    _in_live("tenant", "text", "id or domain of the tenant; also AZURE_TENANT_ID"),
    _in_live("client_id", "text", "id of the application; also AZURE_CLIENT_ID"),
    _in_live(
        "client_secret_variable", "text", "the environment variable that holds the secret", "AZURE_CLIENT_SECRET"
    ),
    _in_live("certificate", "file", "PEM or PKCS#12 file with key; also AZURE_CLIENT_CERTIFICATE_PATH"),
    _in_live(
        "certificate_password_variable", "text",
        "the environment variable that holds the password of the certificate", "AZURE_CLIENT_CERTIFICATE_PASSWORD",
    ),
    _in_live("federated_token_file", "file", "file with the federated token; also AZURE_FEDERATED_TOKEN_FILE"),
    _in_live("token_variable", "text", "the environment variable that holds a ready-made token"),
)  # fmt: skip
"""How a caller signs in: in [live] of a file that is the user's, and in [live.identity.KIND] for each other caller."""
LIVE = (
    _in_live("base", "text", "service root of the target; https only", "https://graph.microsoft.com/beta"),
    _in_live("allow", "texts", "tenants that may be written to without --yes", ()),
    _in_live(
        "authority", "text", "who issues tokens; also AZURE_AUTHORITY_HOST", "https://login.microsoftonline.com"
    ),
    _in_live("instance_discovery", "switch", "ask the vendor whether the authority is one of its own", default=True),
    _in_live("scope", "text", "what tokens are asked for", "https://graph.microsoft.com/.default"),
    _in_live("ca_bundle", "file", "certificates to trust, as a PEM file, for tokens and target alike"),
    _in_live("restore_points", "file", "file with ids of restore points, one on each line"),
    _in_live("granular_items", "file", "file with items: browse session id, blank, item key on each line"),
    _in_live("state", "folder", "folder of journals and locks; also RESTORE_CONFORMANCE_STATE"),
    _in_live(
        "max_requests", "whole",
        "most requests of a run, clean-up included, unless --max-requests says how many; 0 as the profile says", 0,
        least=0, most=10_000,
    ),
    _in_live("max_sessions", "whole", "most sessions a run creates; 0 as the plan says", 0, least=0, most=1000),
    _in_live(
        "max_seconds", "number", "after this time nothing more is sent but clean-up", 1800.0, least=1, most=_DAY
    ),
    _in_live(
        "requests_per_second", "number", "pace of all workers together; 0 for no pace of our own", 2.0,
        least=0, most=1000,
    ),
    _in_live("workers", "whole", "how many requests may be under way at once, 1 to 16", 1, least=1, most=16),
    _in_live("hosts", "texts", "hosts beyond that of base that tokens may be sent to without --yes", ()),
    _in_live(
        "emulators", "texts",
        "hosts in private networks that are emulators, not tenants; elsewhere, name their addresses as well", (),
    ),
)  # fmt: skip
"""The other settings of [live]."""

LIVE_ROWS: Mapping[str, Setting] = {row.name: row for row in (*LOGIN, *LIVE)}


# ---------------------------------------------------------------- what is read off the table


def settings_of_command(command: str) -> tuple[Setting, ...]:
    """The rows that a command (or "pytest", or "python", the Python interface) takes, as it has them."""
    return tuple(row.at(command) for row in SETTINGS if command in row.commands)


def kinds_of(command: str) -> frozenset[str]:
    """The kinds of target that a command (or "python") can be about."""
    named = {*ROWS["target"].at(command).metavar.split("|")}
    return frozenset(named - {"URL"} | {"http", "https"})


_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")


def respelled(text: str, names: Mapping[str, str]) -> str:
    """A sentence about the options of the command, with the names that they have in another front."""
    return _OPTION.sub(lambda match: names.get(match[0], match[0]), text)


def secrets_in(arguments: Sequence[str], environment: Mapping[str, str]) -> dict[str, str]:
    """The secrets of a command line and of the environment, each under a name, known before anything is parsed."""
    secrets: dict[str, str] = {}
    for row in (row for row in SETTINGS if row.secret):
        spellings = {row.spelled, row.at("pytest").spelled}
        given = environment.get(row.environment, "").splitlines() if row.variable else []
        for at, word in enumerate(arguments):
            option, mark, joined = word.partition("=")
            if option in spellings:
                given.append(joined if mark else arguments[at + 1] if at + 1 < len(arguments) else "")
        for number, text in enumerate(given):
            name, _, value = text.partition("=") if row.kind == "pairs" else (str(number or ""), "", text)
            secrets[f"{row.spelled.removeprefix('--')} {name.strip()}".strip()] = value.strip()
    return {name: value for name, value in secrets.items() if value}
