"""The one table of rules: which edit, under which condition, has which grade, by which sentence, and where that stands.

Ids of rules are stable: severity files, acknowledgements and issues refer to them. Ids that begin with G- restate
Microsoft Graph's own compatibility policy and the evolvable-enum rule; R- are this project's, with the reason. The
modules that compare find out which row applies and name it; they hold no grade and no reason of their own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from restore_conformance.contract.documents import pinned
from restore_conformance.drift.change import Direction, Grade, Row
from restore_conformance.output.formats import Formats

POLICY = "https://learn.microsoft.com/graph/versioning-and-support"
ENUMS = "https://learn.microsoft.com/graph/best-practices-concept#handling-future-members-in-evolvable-enumerations"
CSDL = "https://docs.oasis-open.org/odata/odata-csdl-xml/v4.01/odata-csdl-xml-v4.01.html"
PROTOCOL = "https://docs.oasis-open.org/odata/odata/v4.01/odata-v4.01-part1-protocol.html"
OPENAPI = "https://spec.openapis.org/oas/v3.0.4.html"
PAGE: str = pinned().toml("create/page.toml")["address"]

B, U, A, I = Grade.BREAKING, Grade.UNDECIDABLE, Grade.ADDITIVE, Grade.INFORMATIONAL  # noqa: E741 - a table reads so
SENT, READ = Direction.REQUEST, Direction.RESPONSE


@dataclass(frozen=True, slots=True)
class Rule:
    """Why a change has its grade, in one sentence, and where that is written; `rows` are the edits it judges.

    Of a rule that is not `on_the_wire` neither what is sent nor what is returned changes. For reports: whom it
    `breaks`, what there is `todo` about it, and, where it breaks nobody, why that is `safe`.
    """

    says: str
    link: str
    rows: tuple[Row, ...]
    on_the_wire: bool = True
    breaks: str = "clients that rely on it"
    todo: str = "see whether your client relies on it"
    safe: str = ""


def _rule(says: str, link: str, *rows: Row, on_the_wire: bool = True, **words: str) -> Rule:
    words.setdefault("safe", f"{says[0].lower()}{says[1:].rstrip('.')}")
    return Rule(says, link, rows, on_the_wire, **words)


_CLOSED = "a client with a closed list of values meets one it does not know"

RULES: dict[str, Rule] = {
    "G-REMOVE": _rule("Removing or renaming something declared breaks its clients.", POLICY,
        Row("gone", B, "a type, member, operation, path, method, parameter, success or media type is gone"),
        Row("row-gone", B, "a row of a property table, or a stream is gone"),
        Row("namespace", B, "a namespace has another name",
            why="types sent or compared by name have another name"),
        Row("gone-with-base", U, "a member is gone together with its base type",
            "the new base is not declared in the source",
            "the new base type {base} is not declared here and may hold it; its declaration would settle it"),
        breaks="clients that send, read or call it",
        todo="see whether your client sends, reads or calls it, and take it out"),
    "G-TYPE": _rule("Changing the type of a declared property breaks its clients.", POLICY,
        Row("retyped", B, "a member, parameter, body, answer or navigation has another type"),
        Row("retyped-base", B, "a member moved along the base chain", "it has another type there",
            "it was {was} and is {now} on the other type"),
        Row("untyped", U, "a member or body has another type", "one side does not say what it holds",
            "one side does not say what it holds; a recorded exchange would settle it"),
        Row("returned-type", B, "the service returned another JSON type than declared",
            why="a reader of the declared type meets another one"),
        breaks="clients that send or read it as it was", todo="send it in the new type, and read both"),
    "G-ADDPROP": _rule("A new property that may be null or has a default is compatible.", POLICY,
        Row("new-member", A, "a member is new",
            "it may be null, is a collection, is computed, has a default, or is only returned"),
        Row("shown-member", A, "an example or an answer shows one more member"),
        Row("stream", A, "an entity gained a stream")),
    "G-ADDNN": _rule("A new property that may not be null and has no default can refuse requests without it.", POLICY,
        Row("new-never-null", B, "a member is new, may not be null and has no default", "clients write the type",
            "whoever writes the type may have to send it; breaking unless the service sets it by itself",
            SENT, "new-member"),
        breaks="clients that send the type without it",
        todo="send it, or see in a live run whether the service fills it in"),
    "G-ADDENUM-AFTER": _rule("A member behind the sentinel reaches only clients that ask for it.", ENUMS,
        Row("value-behind", A, "an enumeration has a new member", "it stands behind unknownFutureValue", side=READ)),
    "G-ADDENUM-BEFORE": _rule("A member before the sentinel, or without one, reaches every client unasked.", ENUMS,
        Row("value-before", B, "an enumeration has a new member",
            "it stands before unknownFutureValue, or there is none", _CLOSED, READ, "more-values"),
        Row("returned-value", B, "the service returned a value that no document declares",
            why="returned to a client that knows the declared values only"),
        breaks="clients with a closed list of values: they meet one they do not know",
        todo="treat a value that you do not know like unknownFutureValue"),
    "G-ENUM-REMOVED": _rule("A client may send or compare with the removed value.", POLICY,
        Row("value-gone", B, "an enumeration, or a parameter's, lost a value"),
        Row("sentinel-gone", B, "an enumeration lost a value", "it is unknownFutureValue",
            "members behind it are now returned unasked"),
        breaks="clients that send the value or compare with it", todo="stop sending the value, and do not wait for it"),
    "G-ENUM-ORDER": _rule("JSON carries member names; their order is not on the wire.", ENUMS,
        Row("reordered", I, "members of an enumeration stand in another order", "none crosses the sentinel"),
        on_the_wire=False),
    "G-ENUM-CROSS-DOWN": _rule("A member moved behind the sentinel is no longer returned unasked.", ENUMS,
        Row("moved-behind", B, "a member, or the sentinel, moved",
            "a member that was returned unasked now stands behind the sentinel", side=READ, otherwise="behind-sent"),
        Row("new-sentinel", B, "the sentinel is new", "it stands before members that were returned unasked",
            "members that were returned now stand behind the sentinel", READ, "behind-sent"),
        Row("behind-sent", I, "a member, or the sentinel, moved", "the enumeration is only sent"),
        breaks="clients that wait for the value: they are now given unknownFutureValue",
        todo="send Prefer: include-unknown-enum-members, or treat unknownFutureValue like it"),
    "G-ENUM-CROSS-UP": _rule("A member moved before the sentinel is now returned unasked.", ENUMS,
        Row("moved-before", B, "members stand in another order", "one came before the sentinel",
            _CLOSED, READ, "before-sent"),
        Row("before-sent", I, "members stand in another order", "the enumeration is only sent"),
        breaks="clients with a closed list of values: they meet one they do not know",
        todo="treat a value that you do not know like unknownFutureValue"),
    "G-ENUM-VALUE": _rule("JSON carries member names; their numbers are not on the wire.", ENUMS,
        Row("renumbered", I, "a member, or the enumeration, has another number or underlying type"),
        on_the_wire=False),
    "G-ADDNAV": _rule("A new navigation is neither returned unasked nor required in a request.", POLICY,
        Row("new-navigation", A, "a navigation is new")),
    "G-ADDAPI": _rule("A new operation changes nothing for those who do not call it.", POLICY,
        Row("new-api", A, "an operation, path, method, media type, entity set, singleton or import is new")),
    "G-ADDTYPE": _rule("A new type is compatible; clients accept derived types they do not know.", POLICY,
        Row("new-type", A, "a type is new")),
    "G-SIG-OPT": _rule("Callers may leave the new or relaxed parameter out.", PROTOCOL,
        Row("signature-eased", A, "an operation has another signature", "what changed may be left out")),
    "G-SIG": _rule("Removed, renamed, retyped or newly required parameters and other results break callers.", POLICY,
        Row("signature", B, "an operation has another signature",
            "a parameter is gone, retyped or required, or the result differs", "{reasons}"),
        breaks="callers of the operation as it was", todo="call it as it is declared now"),
    "G-NULL-TIGHT": _rule("Requests that omit the member or send null can now be refused.", CSDL,
        Row("never-null", B, "a member may no longer be null", "clients write it", "readers gain a guarantee",
            SENT, "never-null-read"),
        Row("never-null-base", B, "a member that moved along the base chain may no longer be null", "clients write it",
            "it may no longer be null", SENT, "never-null-read"),
        Row("never-null-read", I, "a member may no longer be null", "it is only returned"),
        breaks="clients that leave it out or send null", todo="always send a value",
        safe="only what is returned gains a guarantee"),
    "G-NULL-LOOSE": _rule("Readers that relied on a value can now meet null.", CSDL,
        Row("null", B, "a member may now be null", "it is returned", side=READ, otherwise="null-sent"),
        Row("null-base", B, "a member that moved along the base chain may now be null", "it is returned",
            "it may now be null", READ, "null-sent"),
        Row("null-sent", A, "a member may now be null", "it is only sent"),
        Row("null-entities", I, "Nullable of a collection of entities changed",
            why="a collection of entities is never null", side=READ),
        breaks="clients that rely on a value in the answer", todo="read null as well",
        safe="clients may now send null"),
    "G-NULL-ITEMS": _rule("Nullable of a collection is about its items, and where it is absent nothing is said.", CSDL,
        Row("null-items", I, "Nullable of a collection came or went",
            why="one side does not say whether it may be null")),
    "G-BASE": _rule("A changed base type is judged by the members that concrete types lose and gain.", CSDL,
        Row("base-loses", B, "a type derives from another one", "values lose members", "values lose {names}"),
        Row("base-retypes", B, "a type derives from another one", "inherited members are retyped",
            "{names} has another type"),
        Row("base-needs", B, "a type derives from another one",
            "it brings members that may not be null, to a type clients write",
            "the new base brings {names}, which may not be null", SENT, "base-same"),
        Row("base-unknown", U, "a type derives from another one", "a base is not declared in the source",
            "{names} not fully declared here; the whole chain would settle it"),
        Row("base-same", I, "a type derives from another one",
            "values stay as they were, gain optional members, or are only returned"),
        breaks="clients that use the members it lost, or send it without those it gained",
        todo="see whether your client uses what the type lost, and send what it gained"),
    "G-ANNOT": _rule("Adding, changing or removing annotations is compatible.", POLICY,
        Row("annotation", I, "an annotation or a term was added, changed or removed"),
        Row("control", I, "an answer no longer lists its control information",
            why="control information may come whether it is listed or not"),
        on_the_wire=False),
    "G-MOVE": _rule("A member moved along the base chain leaves values as they were.", CSDL,
        Row("moved", I, "a member moved to a base type or to every derived one"),
        on_the_wire=False),
    "G-BIND": _rule("Navigation bindings state addresses only.", CSDL,
        Row("binding", I, "a navigation binding changed"),
        on_the_wire=False),
    "G-SCOPE": _rule("Outside what the create request and its answer can reach.", POLICY,
        Row("outside", I, "anything that the create call does not reach", "for the create client")),
    "G-CONTAIN": _rule("Containment changes the canonical address of the target, not the body.", CSDL,
        Row("containment", I, "a navigation contains, or no longer contains, its target",
            why="a client that builds addresses may break"),
        on_the_wire=False),
    "G-ABSTRACT": _rule("A type that became abstract cannot be sent without naming a concrete one.", CSDL,
        Row("abstract", B, "a type became abstract", "clients send it",
            "whoever sends it must name a concrete type", SENT, "abstract-read"),
        Row("abstract-read", I, "a type became abstract", "it is only returned"),
        Row("concrete", A, "a type is no longer abstract", why="it may now be sent and returned as itself"),
        breaks="clients that send the type without naming a concrete one",
        todo="name a concrete type with @odata.type"),
    "R-KIND": _rule("Another kind of type or member has another form on the wire.", CSDL,
        Row("kind-of-type", B, "an entity became a complex type, and the like",
            why="values of the type have another form"),
        Row("kind-of-member", B, "a property became a navigation, or the reverse",
            why="a navigation is not in the body unless it is expanded"),
        Row("kind-of-value", B, "an object in a body became an enumeration, or the reverse"),
        breaks="clients that send or read it in its old form", todo="send and read it in its new form"),
    "R-OPEN": _rule("An open type accepts and returns undeclared members; a closed one does not.", CSDL,
        Row("closed", B, "a type was closed", why="undeclared members are no longer accepted or returned"),
        Row("opened", A, "a type was opened"),
        breaks="clients that send or read undeclared members of it", todo="send and read declared members only"),
    "R-FACET": _rule("A tighter facet can refuse values that were accepted; a looser one cannot.", CSDL,
        Row("limited", B, "a limit lets less through", "clients write the member",
            "{facet} lets less through than it did", SENT, "limited-less"),
        Row("limited-otherwise", U, "a pattern, or a limit of which nobody can say which is tighter, changed",
            why="values that kept the old {facet} and not the new would settle it", side=SENT,
            otherwise="limited-less"),
        Row("limited-less", I, "a limit lets more through, or limits only what is returned"),
        breaks="clients that send what the old limit allowed", todo="keep to the new limit",
        safe="what was accepted before still is"),
    "R-FLAGS": _rule("A flags enumeration is written as several names joined by commas.", CSDL,
        Row("flags", B, "an enumeration became, or no longer is, a set of flags",
            why="one name is now several, or several are now one"),
        breaks="clients that send or read it as one name, or as several", todo="write and read names joined by commas"),
    "R-STATUS": _rule("A client that compares with the old status or code no longer matches.", POLICY,
        Row("status", B, "the promised status of success or of an error changed"),
        Row("another-success", U, "another success is documented beside the old one",
            why="whether the old success still comes; a live run would settle it"),
        Row("shown-status", U, "an example shows another status",
            why="the example and the text may differ; a live run would settle it"),
        Row("returned-success", B, "the service answered with a success that no document names"),
        Row("returned-refusal", I, "the service answered with a refusal that no document names"),
        breaks="clients that compare with the old status or code", todo="accept the new status beside the old one"),
    "R-ADDRESS": _rule("A changed method or address is a fundamental change of the request.", POLICY,
        Row("address", B, "a page names another method or path"),
        Row("key", B, "a type has another key", why="instances are addressed by another key"),
        breaks="every caller of the old address", todo="call the new address"),
    "R-HEADER": _rule("A newly required header breaks requests without it.", POLICY,
        Row("header", B, "a required header is new, or a header is newly required or has another value"),
        Row("header-eased", A, "a header is no longer required"),
        breaks="callers that do not send the header so", todo="send the header as it is asked for now"),
    "R-PERMISSION": _rule("A caller that holds only the old least privilege may be refused.", POLICY,
        Row("permission-gone", B, "a kind of caller, or a permission, is no longer listed"),
        Row("permission-less", B, "the least privileged permission changed", "the old one is no longer listed"),
        Row("permission-enough", A, "the least privileged permission changed", "the old one is still enough",
            "the old one is still enough"),
        Row("new-permission", A, "a kind of caller, or one more permission, is listed"),
        breaks="callers that hold only what was enough before",
        todo="ask the administrator for the permission that is listed now", safe="what was enough before still is"),
    "R-CLOUD": _rule("A caller in a cloud that lost the operation cannot call it.", POLICY,
        Row("cloud-gone", B, "the operation left a cloud"),
        Row("new-cloud", A, "the operation reached another cloud"),
        breaks="callers in that cloud", todo="do not call it in that cloud"),
    "R-REQUIRED": _rule("What was optional and is now required breaks requests without it.", POLICY,
        Row("needed", B, "a parameter or body is newly required, or a body is no longer taken"),
        Row("needed-property", B, "a page newly calls a property required", "clients send it",
            side=SENT, otherwise="needed-less"),
        Row("needed-facet", B, "a member of a schema is newly required", "clients send it",
            "requests without it are refused", SENT, "needed-less"),
        Row("new-needed-property", B, "a page lists a new property, and calls it required", "clients send it",
            side=SENT, otherwise="new-member"),
        Row("new-needed", B, "a member of a schema is new and required", "clients send it",
            "requests without it are refused", SENT, "new-member"),
        Row("needed-by-whom", U, "a page newly calls a property required",
            "no source says whether clients send its type",
            "whether clients send the type or only read it is said elsewhere; its metadata would settle it"),
        Row("needed-no-more", A, "a parameter or body is no longer required"),
        Row("needed-less", I, "a member of a schema is no longer required, or is only returned"),
        breaks="callers that leave it out", todo="send it", safe="nobody has to send it any more"),
    "R-REQUIRED-EITHER": _rule("Of two collections that exclude each other neither can be required of everybody.", PAGE,
        Row("needed-either", A, "a collection is newly called required", "the page says that it excludes another one",
            "it is required only where {other} is absent: the page says that they never go together"),
        safe="it is asked of those alone who do not send the other collection"),
    "R-OPTIONAL": _rule("What callers may send and need not is compatible.", POLICY,
        Row("optional", A, "a header, member or parameter is new and may be left out"),
        Row("optional-never-null", A, "a member is new and may not be null",
            "the document lists what a request must carry",
            "the document lists what a request must carry, and not this"),
        Row("header-gone", I, "a header is no longer listed", why="it may still be sent")),
    "R-VALUES": _rule("A documented value that is withdrawn breaks those who send it; a new one does not.", POLICY,
        Row("fewer-values", B, "a member lists fewer values", "clients send it",
            side=SENT, otherwise="fewer-values-read"),
        Row("default", B, "a member has another default", "clients send it",
            "what is left out now means something else", SENT, "fewer-values-read"),
        Row("no-default", A, "a member no longer has a default", why="what is left out now means something else",
            side=SENT),
        Row("new-default", A, "a member has a default that had none", side=SENT),
        Row("limited-values", B, "any value of a parameter was allowed, and only some are",
            why="any value was allowed"),
        Row("unlisted-values", U, "a row of a property table no longer lists its values",
            "its words would have to be read",
            "the row lists no values any more; its words would settle it"),
        Row("more-values", A, "a member, or an enumeration that is only sent, lists more values, or allows any",
            side=SENT),
        Row("any-value", A, "a parameter allows any value", why="any value is allowed now"),
        Row("fewer-values-read", I, "an answer, or a type that is only returned, lists fewer values"),
        breaks="clients that send the old value, or rely on the old default",
        todo="send a value that is still listed, and say what was the default",
        safe="nobody has to send the new value"),
    "R-EXAMPLE": _rule("An example illustrates; what it shows is judged by the facts it carries.", PAGE,
        Row("example", I, "an example was added, dropped or shows another value"),
        Row("example-shorter", I, "examples no longer show a member", why="examples may be shortened"),
        Row("shown-value", U, "an example shows another status, job type or destination",
            why="whether the service now answers {value!r} is what a live run would settle"),
        safe="an example only illustrates"),
    "R-STATEMENT": _rule("A sentence that cannot be parsed must be read by somebody.", PAGE,
        Row("sentence-rests", U, "a sentence or cell was dropped or reworded", "a clause rests on it",
            "reading it would settle whether {clauses} still stands"),
        Row("condition", U, "a row of a property table states another condition",
            why="reading the row, or a live run with and without it, would settle it"),
        Row("sentence", I, "a sentence or cell was added, dropped or reworded", "no clause rests on it"),
        safe="no clause rests on the sentence"),
    "R-NEWERROR": _rule("Documenting an error for something new changes nothing that worked.", POLICY,
        Row("new-error", A, "an error was documented", "it has a code, or is about something new"),
        Row("new-table", A, "a table of errors was documented", why="a table for errors that were listed nowhere"),
        Row("new-error-for-old", U, "an error was documented", "it is about what was there before",
            "requests that worked may now be refused; a live run would settle it"),
        Row("error-condition", U, "an error has another condition",
            why="whether requests that worked are refused now; a live run would settle it")),
    "R-ERRORCODE": _rule("The policy calls changed error codes compatible, the design guideline does not.", POLICY,
        Row("error-gone", I, "an error is no longer listed",
            why="the design guideline would call a changed top-level code breaking"),
        Row("refusal-gone", I, "a status of refusal is no longer listed"),
        Row("table-gone", I, "a table of errors is no longer listed",
            why="what was promised of these errors is no longer written"),
        Row("returned-code", A, "the service used a code that no document names",
            why="the design guideline calls a new top-level code breaking"),
        safe="by the policy a changed error code is compatible, though the design guideline disagrees"),
    "R-MESSAGE": _rule("The wording of an error's message is for people; only its code is for programs.", POLICY,
        Row("message", I, "the message or description of an error reads otherwise")),
    "R-NAME": _rule("The name of a placeholder or of a schema is not on the wire, only what it stands for.", OPENAPI,
        Row("placeholder", I, "a placeholder of a path has another name"),
        Row("schema-name", I, "a schema is gone", "every body that used it holds the same",
            "every body that used it holds the same as before")),
    "R-RANGE": _rule("A range of statuses such as 2XX covers each status in it.", OPENAPI,
        Row("range", I, "a status became the range that contains it, or the reverse")),
    "R-NULL-REF": _rule("A bare reference cannot say whether null is allowed.", OPENAPI,
        Row("null-unsaid", I, "a reference says whether null is allowed, or no longer",
            why="one side does not say whether it may be null")),
    "R-SEEN": _rule("The service did what no document declares.", POLICY,
        Row("returned-member", A, "a member was returned that no document declares"),
        Row("returned-header", A, "a header was returned that no document declares",
            why="clients ignore headers they do not know"),
        safe="clients ignore members and headers that they do not know"),
    "R-UNSEEN": _rule("The documents declare what these exchanges did not show.", POLICY,
        Row("unseen", I, "a declared member, value, code or status was not returned"),
        safe="a few exchanges prove nothing"),
}  # fmt: skip

_ROWS = {row.name: replace(row, rule=name) for name, rule in RULES.items() for row in rule.rows}


def judged(name: str, **words: object) -> Row:
    """The row with that name; `words` stand where its `why` has braces."""
    row = _ROWS[name]
    return replace(row, why=row.why.format_map(words)) if "{" in row.why else row


def rows(rules: Mapping[str, Rule] = RULES) -> list[dict[str, str]]:
    """The table, one line per edit and condition."""
    return [
        {
            "id": name,
            "edit": row.edit,
            "when": row.when or "always",
            "grade": str(row.grade),
            "rests_on": rule.says,
            "link": rule.link,
        }
        for name, rule in rules.items()
        for row in rule.rows
    ]


def text(rules: Mapping[str, Rule] = RULES) -> str:
    """The table for a terminal: a rule with its sentence, then its lines."""
    lines: list[str] = []
    for name, rule in rules.items():
        lines += [f"{name}  {rule.says}", f"  {rule.link}"]
        lines += [f"  {row.grade:<13}  {row.edit}{f'; {row.when}' if row.when else ''}" for row in rule.rows]
    return "\n".join(lines) + "\n"


def as_json(rules: Mapping[str, Rule] = RULES) -> str:
    """The table for programs."""
    return json.dumps({"format": 1, "rules": rows(rules)}, indent=2, ensure_ascii=False) + "\n"


def markdown(rules: Mapping[str, Rule] = RULES) -> str:
    """The table for a page."""
    lines = ["| rule | edit | when | grade | rests on |", "|---|---|---|---|---|"]
    for row in rows(rules):
        cells = (f"`{row['id']}`", row["edit"], row["when"], row["grade"], f"{row['rests_on']} [source]({row['link']})")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


FORMATS: Formats[Mapping[str, Rule]] = Formats("drift --rules", {"text": text, "json": as_json, "markdown": markdown})
