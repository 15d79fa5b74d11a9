"""Settings: the table that they are made from, the files that hold them, and what a run uses."""

from restore_conformance.settings.settings import STAND_IN, Settings

__all__ = ["STAND_IN", "Settings"]
