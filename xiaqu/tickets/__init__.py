"""Tickets from files into the store, and from the store into files."""
