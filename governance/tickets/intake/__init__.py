"""Intake: requests placed, owned, timed, dispatched or put to review, and kept."""
