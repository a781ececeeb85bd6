"""Tickets: from words to bodies in bulk, over HTTP, and through crashes."""
