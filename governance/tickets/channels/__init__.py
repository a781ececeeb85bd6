"""Channels, request types and kinds of callers: a versioned catalogue with the words for them."""

from governance.tickets.channels.catalogue import (
    CallerKind,
    Channel,
    ChannelCatalogue,
    RequestType,
)
from governance.tickets.channels.reading import default_catalogue, read_catalogue

__all__ = [
    "CallerKind",
    "Channel",
    "ChannelCatalogue",
    "RequestType",
    "default_catalogue",
    "read_catalogue",
]
