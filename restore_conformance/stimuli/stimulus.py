"""One thing to send. Knows nothing of targets: the campaign adds the token of the caller."""

from __future__ import annotations

from dataclasses import dataclass

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Stimulus:
    """A request to make, and what its maker meant by it.

    `kind` and `defect` are the maker's label ("" where nothing is broken); `open` says that the documents
    leave the answer open. `media` None means no Content-Type header. `authorization` is a template in which
    {token} stands for the caller's token; None means no such header, "" the usual bearer form. `singles` are sent
    instead where several curiosities in one request were refused and nobody knows which. `newer` says that it holds
    a member which only a later edition than the binding one has.
    """

    kind: str
    body: bytes | None
    defect: str = ""
    open: str = ""
    media: str | None = JSON
    caller: str = "good"
    authorization: str | None = "Bearer {token}"
    headers: tuple[tuple[str, str], ...] = ()
    artifacts: int = 0
    singles: tuple[Stimulus, ...] = ()
    newer: bool = False
    family: str = ""
