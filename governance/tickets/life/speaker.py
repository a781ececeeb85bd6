"""Says who: bodies by name and code, units, accounts, the service itself."""

from collections.abc import Iterable

from governance.tickets.life.bodies import BodyDirectory
from governance.tickets.life.clock_words import Names, Said
from governance.tickets.ticket import TicketEvent

__all__ = ["Speaker"]

_SERVICE = "xiaqu"


class Speaker:
    """Says bodies and those who act.

    Parameters
    ----------
    bodies
        Names the bodies; one that the book does not have any more is named by its code.
    names
        Names of the waiting states, as the profile has them.
    """

    def __init__(self, bodies: BodyDirectory, names: Names) -> None:
        self.bodies = bodies
        self.names = names

    def body(self, code: str, name: str = "") -> Said:
        """Say a body by name and code; ``name`` is used where the book does not have it."""
        known = self.bodies.name(code) if code in self.bodies else name
        if not known or known == code:
            return code, code
        return f"{known}({code})", f"{known} ({code})"

    def listed(self, codes: Iterable[str]) -> Said:
        """Say several bodies."""
        said = [self.body(code) for code in codes]
        return "、".join(zh for zh, _ in said), ", ".join(en for _, en in said)

    def who(self, event: TicketEvent) -> Said:
        """Say who did it: the unit, else the account, else the service itself."""
        if event.unit:
            return self.body(event.unit)
        return ("系统", "the service") if event.actor == _SERVICE else (event.actor, event.actor)
