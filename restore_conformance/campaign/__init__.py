"""Sends a plan, judges what comes, and concludes: from the plan to the verdicts."""
