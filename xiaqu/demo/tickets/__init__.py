"""Tickets of the demo city: what people report, in their words, with what is true of it.

The words are made here and nowhere else: whatever reads addresses shares no list with this
package, so that tickets are a test of it.
"""

from xiaqu.demo.tickets.files import (
    TicketFile,
    missing_spans,
    ticket_files,
    ticket_spans,
    write_tickets,
)
from xiaqu.demo.tickets.generate import MONTHS, TicketBatch, TicketSource, generate_tickets
from xiaqu.demo.tickets.phrasebook import PHRASEBOOKS
from xiaqu.demo.tickets.profile import NoiseProfile, default_profile

__all__ = [
    "MONTHS",
    "PHRASEBOOKS",
    "NoiseProfile",
    "TicketBatch",
    "TicketFile",
    "TicketSource",
    "default_profile",
    "generate_tickets",
    "missing_spans",
    "ticket_files",
    "ticket_spans",
    "write_tickets",
]
