"""Ownership: from a place, a category and a date to the body that answers for it, and why."""
