"""Owners per second on the demo city, beside the same rules written as one PostGIS query."""
