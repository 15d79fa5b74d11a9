"""A conforming, stateful Backup Storage service, in process or served over HTTP.

Written from the documents alone: it shares no predicate with the recogniser or the judgements.
"""

from restore_conformance.mock.service import Service
from restore_conformance.mock.wire import Asked, Refusal, Reply

__all__ = ["Asked", "Refusal", "Reply", "Service"]
