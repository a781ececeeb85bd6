"""The life of a ticket: what may happen to it, what it makes of it, and how that is said."""
