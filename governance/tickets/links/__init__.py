"""Tickets that belong together: said again, asked again over another channel, at one spot again."""

from governance.tickets.links.finding import FoundLink, find_links, near_keys, near_ticket
from governance.tickets.links.profile import LinkProfile, default_profile, read_profile
from governance.tickets.links.repeats import RepeatPlace, is_unresolved, repeat_places

__all__ = [
    "FoundLink",
    "LinkProfile",
    "RepeatPlace",
    "default_profile",
    "find_links",
    "is_unresolved",
    "near_keys",
    "near_ticket",
    "read_profile",
    "repeat_places",
]
