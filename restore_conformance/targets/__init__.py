"""The one way to whatever is under test. Knows no clause and no payload."""

from restore_conformance.targets.embedded import Embedded
from restore_conformance.targets.http import Http, answers
from restore_conformance.targets.target import Answer, Target, is_loopback

__all__ = ["Answer", "Embedded", "Http", "Target", "answers", "is_loopback"]
