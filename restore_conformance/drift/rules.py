"""The one table of rules: which edit, under which condition, has which grade, by which sentence, and where that stands.

Ids are stable: severity files, acknowledgements and issues refer to them. Ids that begin with G- restate Microsoft
Graph's own compatibility policy and the evolvable-enum rule; R- are this project's, with the reason. Judges nothing:
the modules that compare name a rule, and a test holds their grades against this table.
"""

from __future__ import annotations

from dataclasses import dataclass

from restore_conformance.contract.documents import pinned
from restore_conformance.drift.change import Grade

POLICY = "https://learn.microsoft.com/graph/versioning-and-support"
ENUMS = "https://learn.microsoft.com/graph/best-practices-concept#handling-future-members-in-evolvable-enumerations"
CSDL = "https://docs.oasis-open.org/odata/odata-csdl-xml/v4.01/odata-csdl-xml-v4.01.html"
PROTOCOL = "https://docs.oasis-open.org/odata/odata/v4.01/odata-v4.01-part1-protocol.html"
OPENAPI = "https://spec.openapis.org/oas/v3.0.4.html"
PAGE: str = pinned().toml("create/page.toml")["address"]

B, U, A, I = Grade.BREAKING, Grade.UNDECIDABLE, Grade.ADDITIVE, Grade.INFORMATIONAL  # noqa: E741 - a table reads so


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: what was edited, when the line applies (empty for always), and the grade."""

    edit: str
    when: str
    grade: Grade


@dataclass(frozen=True, slots=True)
class Rule:
    """Why a change has its grade, in one sentence, and where that is written; `rows` are the edits it judges.

    For reports: whom it `breaks`, what there is `todo` about it, and, where it breaks nobody, why that is `safe`.
    """

    says: str
    link: str
    rows: tuple[Row, ...]
    breaks: str = "clients that rely on it"
    todo: str = "see whether your client relies on it"
    safe: str = ""


def _rule(says: str, link: str, *rows: tuple[str, str, Grade], **words: str) -> Rule:
    words.setdefault("safe", f"{says[0].lower()}{says[1:].rstrip('.')}")
    return Rule(says, link, tuple(Row(*row) for row in rows), **words)


RULES: dict[str, Rule] = {
    "G-REMOVE": _rule("Removing or renaming something declared breaks its clients.", POLICY,
        ("a type, member, operation, path, method, parameter, success or media type is gone", "", B),
        ("a row of a property table, a namespace or a stream is gone", "", B),
        ("a member is gone together with its base type", "the new base is not declared in the source", U),
        breaks="clients that send, read or call it",
        todo="see whether your client sends, reads or calls it, and take it out"),
    "G-TYPE": _rule("Changing the type of a declared property breaks its clients.", POLICY,
        ("a member, parameter, body, answer or navigation has another type", "", B),
        ("a member or body has another type", "one side does not say what it holds", U),
        ("the service returned another JSON type than declared", "", B),
        breaks="clients that send or read it as it was", todo="send it in the new type, and read both"),
    "G-ADDPROP": _rule("A new property that may be null or has a default is compatible.", POLICY,
        ("a member is new", "it may be null, is a collection, is computed, has a default, or is only returned", A),
        ("an example or an answer shows one more member", "", A),
        ("an entity gained a stream", "", A)),
    "G-ADDNN": _rule("A new property that may not be null and has no default can refuse requests without it.", POLICY,
        ("a member is new, may not be null and has no default", "clients write the type", B),
        breaks="clients that send the type without it",
        todo="send it, or see in a live run whether the service fills it in"),
    "G-ADDENUM-AFTER": _rule("A member behind the sentinel reaches only clients that ask for it.", ENUMS,
        ("an enumeration has a new member", "it stands behind unknownFutureValue", A)),
    "G-ADDENUM-BEFORE": _rule("A member before the sentinel, or without one, reaches every client unasked.", ENUMS,
        ("an enumeration has a new member", "it stands before unknownFutureValue, or there is none", B),
        ("the service returned a value that no document declares", "", B),
        breaks="clients with a closed list of values: they meet one they do not know",
        todo="treat a value that you do not know like unknownFutureValue"),
    "G-ENUM-REMOVED": _rule("A client may send or compare with the removed value.", POLICY,
        ("an enumeration, or a parameter's, lost a value", "", B),
        breaks="clients that send the value or compare with it", todo="stop sending the value, and do not wait for it"),
    "G-ENUM-ORDER": _rule("JSON carries member names; their order is not on the wire.", ENUMS,
        ("members of an enumeration stand in another order", "none crosses the sentinel", I)),
    "G-ENUM-CROSS-DOWN": _rule("A member moved behind the sentinel is no longer returned unasked.", ENUMS,
        ("a member, or the sentinel, moved", "a member that was returned unasked now stands behind the sentinel", B),
        ("a member, or the sentinel, moved", "the enumeration is only sent", I),
        breaks="clients that wait for the value: they are now given unknownFutureValue",
        todo="send Prefer: include-unknown-enum-members, or treat unknownFutureValue like it"),
    "G-ENUM-CROSS-UP": _rule("A member moved before the sentinel is now returned unasked.", ENUMS,
        ("members stand in another order", "one came before the sentinel", B),
        ("members stand in another order", "the enumeration is only sent", I),
        breaks="clients with a closed list of values: they meet one they do not know",
        todo="treat a value that you do not know like unknownFutureValue"),
    "G-ENUM-VALUE": _rule("JSON carries member names; their numbers are not on the wire.", ENUMS,
        ("a member, or the enumeration, has another number or underlying type", "", I)),
    "G-ADDNAV": _rule("A new navigation is neither returned unasked nor required in a request.", POLICY,
        ("a navigation is new", "", A)),
    "G-ADDAPI": _rule("A new operation changes nothing for those who do not call it.", POLICY,
        ("an operation, path, method, media type, entity set, singleton or import is new", "", A)),
    "G-ADDTYPE": _rule("A new type is compatible; clients accept derived types they do not know.", POLICY,
        ("a type is new", "", A)),
    "G-SIG-OPT": _rule("Callers may leave the new or relaxed parameter out.", PROTOCOL,
        ("an operation has another signature", "what changed may be left out", A)),
    "G-SIG": _rule("Removed, renamed, retyped or newly required parameters and other results break callers.", POLICY,
        ("an operation has another signature", "a parameter is gone, retyped or required, or the result differs", B),
        breaks="callers of the operation as it was", todo="call it as it is declared now"),
    "G-NULL-TIGHT": _rule("Requests that omit the member or send null can now be refused.", CSDL,
        ("a member may no longer be null", "clients write it", B),
        ("a member may no longer be null", "it is only returned", I),
        breaks="clients that leave it out or send null", todo="always send a value",
        safe="only what is returned gains a guarantee"),
    "G-NULL-LOOSE": _rule("Readers that relied on a value can now meet null.", CSDL,
        ("a member may now be null", "it is returned", B),
        ("a member may now be null", "it is only sent", A),
        ("Nullable of a collection of entities changed", "", I),
        breaks="clients that rely on a value in the answer", todo="read null as well",
        safe="clients may now send null"),
    "G-NULL-ITEMS": _rule("Nullable of a collection is about its items, and where it is absent nothing is said.", CSDL,
        ("Nullable of a collection came or went", "", I)),
    "G-BASE": _rule("A changed base type is judged by the members that concrete types lose and gain.", CSDL,
        ("a type derives from another one", "values lose members, or inherited ones are retyped", B),
        ("a type derives from another one", "it brings members that may not be null, to a type clients write", B),
        ("a type derives from another one", "a base is not declared in the source", U),
        ("a type derives from another one", "values stay as they were, gain optional members, or are only returned", I),
        breaks="clients that use the members it lost, or send it without those it gained",
        todo="see whether your client uses what the type lost, and send what it gained"),
    "G-ANNOT": _rule("Adding, changing or removing annotations is compatible.", POLICY,
        ("an annotation or a term was added, changed or removed", "", I),
        ("an answer no longer lists its control information", "", I)),
    "G-MOVE": _rule("A member moved along the base chain leaves values as they were.", CSDL,
        ("a member moved to a base type or to every derived one", "", I)),
    "G-BIND": _rule("Navigation bindings state addresses only.", CSDL, ("a navigation binding changed", "", I)),
    "G-SCOPE": _rule("Outside what the create request and its answer can reach.", POLICY,
        ("anything that the create call does not reach", "for the create client", I)),
    "G-CONTAIN": _rule("Containment changes the canonical address of the target, not the body.", CSDL,
        ("a navigation contains, or no longer contains, its target", "", I)),
    "G-ABSTRACT": _rule("A type that became abstract cannot be sent without naming a concrete one.", CSDL,
        ("a type became abstract", "clients send it", B),
        ("a type became abstract", "it is only returned", I),
        ("a type is no longer abstract", "", A),
        breaks="clients that send the type without naming a concrete one",
        todo="name a concrete type with @odata.type"),
    "R-KIND": _rule("Another kind of type or member has another form on the wire.", CSDL,
        ("an entity became a complex type, a property a navigation, and the like", "", B),
        breaks="clients that send or read it in its old form", todo="send and read it in its new form"),
    "R-OPEN": _rule("An open type accepts and returns undeclared members; a closed one does not.", CSDL,
        ("a type was closed", "", B),
        ("a type was opened", "", A),
        breaks="clients that send or read undeclared members of it", todo="send and read declared members only"),
    "R-FACET": _rule("A tighter facet can refuse values that were accepted; a looser one cannot.", CSDL,
        ("a limit lets less through", "clients write the member", B),
        ("a pattern, or a limit of which nobody can say which is tighter, changed", "", U),
        ("a limit lets more through, or limits only what is returned", "", I),
        breaks="clients that send what the old limit allowed", todo="keep to the new limit",
        safe="what was accepted before still is"),
    "R-FLAGS": _rule("A flags enumeration is written as several names joined by commas.", CSDL,
        ("an enumeration became, or no longer is, a set of flags", "", B),
        breaks="clients that send or read it as one name, or as several", todo="write and read names joined by commas"),
    "R-STATUS": _rule("A client that compares with the old status or code no longer matches.", POLICY,
        ("the promised status of success or of an error changed", "", B),
        ("another success is documented beside the old one, or an example shows another status", "", U),
        ("the service answered with a success that no document names", "", B),
        ("the service answered with a refusal that no document names", "", I),
        breaks="clients that compare with the old status or code", todo="accept the new status beside the old one"),
    "R-ADDRESS": _rule("A changed method or address is a fundamental change of the request.", POLICY,
        ("a page names another method or path, or a type another key", "", B),
        breaks="every caller of the old address", todo="call the new address"),
    "R-HEADER": _rule("A newly required header breaks requests without it.", POLICY,
        ("a required header is new, or a header is newly required or has another value", "", B),
        ("a header is no longer required", "", A),
        breaks="callers that do not send the header so", todo="send the header as it is asked for now"),
    "R-PERMISSION": _rule("A caller that holds only the old least privilege may be refused.", POLICY,
        ("a kind of caller, or a permission, is no longer listed", "", B),
        ("the least privileged permission changed", "the old one is no longer listed", B),
        ("the least privileged permission changed, or one more is listed", "the old one is still enough", A),
        breaks="callers that hold only what was enough before",
        todo="ask the administrator for the permission that is listed now", safe="what was enough before still is"),
    "R-CLOUD": _rule("A caller in a cloud that lost the operation cannot call it.", POLICY,
        ("the operation left a cloud", "", B),
        ("the operation reached another cloud", "", A),
        breaks="callers in that cloud", todo="do not call it in that cloud"),
    "R-REQUIRED": _rule("What was optional and is now required breaks requests without it.", POLICY,
        ("a member, parameter or body is newly required, or a body is no longer taken", "", B),
        ("a member is newly required", "no source says whether clients send its type", U),
        ("a parameter or body is no longer required", "", A),
        ("a member of a schema is no longer required, or is only returned", "", I),
        breaks="callers that leave it out", todo="send it", safe="nobody has to send it any more"),
    "R-REQUIRED-EITHER": _rule("Of two collections that exclude each other neither can be required of everybody.", PAGE,
        ("a collection is newly called required", "the page says that it excludes another one", A),
        safe="it is asked of those alone who do not send the other collection"),
    "R-OPTIONAL": _rule("What callers may send and need not is compatible.", POLICY,
        ("a header, member or parameter is new and may be left out", "", A),
        ("a header is no longer listed", "", I)),
    "R-VALUES": _rule("A documented value that is withdrawn breaks those who send it; a new one does not.", POLICY,
        ("a member lists fewer values, or another default", "", B),
        ("a member or parameter lists its values no more", "its words would have to be read", U),
        ("a member or parameter lists more values, or an enumeration that is only sent", "", A),
        ("an answer, or a type that is only returned, lists fewer values", "", I),
        breaks="clients that send the old value, or rely on the old default",
        todo="send a value that is still listed, and say what was the default",
        safe="nobody has to send the new value"),
    "R-EXAMPLE": _rule("An example illustrates; what it shows is judged by the facts it carries.", PAGE,
        ("an example was added, dropped or shows another value", "", I),
        ("an example shows another status, job type or destination", "", U),
        safe="an example only illustrates"),
    "R-STATEMENT": _rule("A sentence that cannot be parsed must be read by somebody.", PAGE,
        ("a sentence or cell was added, dropped or reworded", "a clause rests on it, or it states a condition", U),
        ("a sentence or cell was added, dropped or reworded", "no clause rests on it", I),
        safe="no clause rests on the sentence"),
    "R-NEWERROR": _rule("Documenting an error for something new changes nothing that worked.", POLICY,
        ("an error was documented", "it has a code, or is about something new", A),
        ("an error was documented, or has another condition", "it is about what was there before", U)),
    "R-ERRORCODE": _rule("The policy calls changed error codes compatible, the design guideline does not.", POLICY,
        ("an error, or a table of errors, is no longer listed", "", I),
        ("the service used a code that no document names", "", A),
        safe="by the policy a changed error code is compatible, though the design guideline disagrees"),
    "R-MESSAGE": _rule("The wording of an error's message is for people; only its code is for programs.", POLICY,
        ("the message or description of an error reads otherwise", "", I)),
    "R-NAME": _rule("The name of a placeholder or of a schema is not on the wire, only what it stands for.", OPENAPI,
        ("a placeholder of a path has another name", "", I),
        ("a schema is gone", "every body that used it holds the same", I)),
    "R-RANGE": _rule("A range of statuses such as 2XX covers each status in it.", OPENAPI,
        ("a status became the range that contains it, or the reverse", "", I)),
    "R-NULL-REF": _rule("A bare reference cannot say whether null is allowed.", OPENAPI,
        ("a reference says whether null is allowed, or no longer", "", I)),
    "R-SEEN": _rule("The service did what no document declares.", POLICY,
        ("a member or header was returned that no document declares", "", A),
        safe="clients ignore members and headers that they do not know"),
    "R-UNSEEN": _rule("The documents declare what these exchanges did not show.", POLICY,
        ("a declared member, value, code or status was not returned", "", I),
        safe="a few exchanges prove nothing"),
}  # fmt: skip


def rows() -> list[dict[str, str]]:
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
        for name, rule in RULES.items()
        for row in rule.rows
    ]


def text() -> str:
    """The table for a terminal: a rule with its sentence, then its lines."""
    lines: list[str] = []
    for name, rule in RULES.items():
        lines += [f"{name}  {rule.says}", f"  {rule.link}"]
        lines += [f"  {row.grade:<13}  {row.edit}{f'; {row.when}' if row.when else ''}" for row in rule.rows]
    return "\n".join(lines) + "\n"


def markdown() -> str:
    """The table for a page."""
    lines = ["| rule | edit | when | grade | rests on |", "|---|---|---|---|---|"]
    for row in rows():
        cells = (f"`{row['id']}`", row["edit"], row["when"], row["grade"], f"{row['rests_on']} [source]({row['link']})")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"
