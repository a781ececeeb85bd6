"""Examples of the routes of tickets."""

from typing import Any

STREAM: Any = {}
TICKET_LIST: Any = {}
TAKEN: Any = {}
TAKEN_AGAIN: Any = {}
TICKET_GIVEN: Any = {}
BATCH_OUTCOMES: Any = {}
BATCH_CSV: Any = {}
TICKET: Any = {}
HISTORY: Any = {}
LINKS: Any = {}
CALLER: Any = {}
ACTED: Any = {}
ACT_GIVEN: Any = {}
REVIEW: Any = {}
REVIEW_COUNTS: Any = {}
INCIDENTS: Any = {}
INCIDENT: Any = {}
INCIDENT_HISTORY: Any = {}
INCIDENT_DECIDED: Any = {}
ATTACH_GIVEN: Any = {}
RETURNS: Any = {}
ACCURACIES: Any = {}
CHANNELS: Any = {}
CORRECTED: Any = {}
CORRECTION_GIVEN: Any = {}
