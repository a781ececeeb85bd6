"""Surges: many tickets of a category in one place within hours, against what is ordinary there."""
