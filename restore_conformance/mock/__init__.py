"""A conforming, stateful Backup Storage service, in process or served over HTTP.

Written from the documents alone: it shares no predicate with the recogniser or the judgements.
"""

from restore_conformance.mock.protocol import JsonResponse, ParsedRequest, Refusal
from restore_conformance.mock.service import Service

__all__ = ["JsonResponse", "ParsedRequest", "Refusal", "Service"]
