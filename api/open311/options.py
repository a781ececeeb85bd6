"""What a city settles about its Open311 service."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Open311Options"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Open311Options:
    """Options of the Open311 service.

    Attributes
    ----------
    jurisdiction
        The only ``jurisdiction_id`` that is served; empty: any is taken, as the standard allows
        where there is one jurisdiction.
    keys
        Name of a client to its ``api_key``. The name becomes the source of its tickets.
    contact
        Whom to ask for a key; shown in the discovery.
    """

    jurisdiction: str = ""
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    contact: str = ""

    def client_of(self, key: str) -> str | None:
        """Name the client that has a key; None where nobody has it.

        Takes as long for a wrong key as for a right one.
        """
        found = None
        for name, known in self.keys.items():
            if hmac.compare_digest(known.encode(), key.encode()):
                found = name
        return found
