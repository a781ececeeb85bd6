"""The queue of corrections: proposals and decisions, both only ever added."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import Connection, insert, select

from boundaries.errors import CorrectionError, UnknownCorrectionError
from boundaries.gazetteer.models import GazetteerCorrection, GazetteerDecision
from boundaries.gazetteer.records import Correction
from geo.address.tables import Role
from geo.coordinates import check_point
from geo.errors import CoordinateError

STATES = ("proposed", "accepted", "rejected")
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Proposal:
    """A name that a person ties to an entity (``uid``) or to a point (``lon``, ``lat``).

    ``address`` is the text in which the name was met. A point is CGCS2000 degrees and needs a
    ``role`` other than ``area`` and ``gate``; ``kind`` is free text.
    """

    name: str
    by: str
    uid: str = ""
    uid_name: str = ""
    lon: float | None = None
    lat: float | None = None
    role: str = ""
    kind: str = ""
    address: str = ""
    note: str = ""

    def check(self) -> None:
        """Raise CorrectionError unless the proposal can be used."""
        if not 1 < len(self.name.strip()) <= _LONGEST_NAME:
            raise CorrectionError("name", self.name, f"give 2 to {_LONGEST_NAME} characters")
        if not self.by.strip():
            raise CorrectionError("by", self.by, "say who proposes it")
        has_point = self.lon is not None and self.lat is not None
        if bool(self.uid) == has_point:
            problem = "give either the uid of an entity or lon and lat of a new place"
            raise CorrectionError("uid", self.uid, problem)
        if has_point:
            self._check_place()

    def _check_place(self) -> None:
        lon, lat = float(self.lon or 0.0), float(self.lat or 0.0)
        try:
            check_point(lon, lat)
        except CoordinateError as error:
            raise CorrectionError("lon, lat", (lon, lat), str(error)) from error
        known = [r.name.lower() for r in Role if r not in {Role.AREA, Role.GATE}]
        if self.role not in known:
            raise CorrectionError("role", self.role, f"use one of {', '.join(known)}")


def read_corrections(
    connection: Connection, *, state: str | None = None, correction_id: str | None = None
) -> list[Correction]:
    """Read corrections with their decisions, oldest first."""
    made, decided = GazetteerCorrection.__table__, GazetteerDecision.__table__
    query = select(
        made,
        decided.c.verdict,
        decided.c.decided_at,
        decided.c.decided_by,
        decided.c.note.label("decision_note"),
    ).outerjoin(decided, decided.c.correction_id == made.c.id)
    if correction_id is not None:
        query = query.where(made.c.id == correction_id)
    if state is not None:
        if state not in STATES:
            raise CorrectionError("state", state, f"use one of {', '.join(STATES)}")
        is_open = decided.c.verdict.is_(None)
        query = query.where(is_open if state == "proposed" else decided.c.verdict == state)
    rows = connection.execute(query.order_by(made.c.proposed_at, made.c.id)).mappings()
    return [Correction(**row) for row in rows]


def require_correction(connection: Connection, correction_id: str) -> Correction:
    """Read one correction; UnknownCorrectionError when there is none."""
    found = read_corrections(connection, correction_id=correction_id)
    if not found:
        raise UnknownCorrectionError(correction_id)
    return found[0]


def insert_proposal(connection: Connection, proposal: Proposal) -> Correction:
    """Add a proposal; CorrectionError when it cannot be used."""
    proposal.check()
    values = asdict(proposal)
    values["proposed_by"] = values.pop("by").strip()
    values["name"] = proposal.name.strip()
    values |= {"id": str(uuid4()), "proposed_at": datetime.now(UTC)}
    connection.execute(insert(GazetteerCorrection).values(values))
    return require_correction(connection, values["id"])


def insert_decision(
    connection: Connection, correction_id: str, verdict: str, by: str, note: str
) -> Correction:
    """Add a decision; errors as for ``GazetteerStore.decide``."""
    found = require_correction(connection, correction_id)
    if verdict not in STATES[1:]:
        raise CorrectionError("verdict", verdict, f"use one of {', '.join(STATES[1:])}")
    if not by.strip():
        raise CorrectionError("by", by, "say who decides")
    if found.verdict is not None:
        problem = f"{found.verdict} already, by {found.decided_by}; propose a new one"
        raise CorrectionError("correction", correction_id, problem)
    connection.execute(
        insert(GazetteerDecision).values(
            correction_id=correction_id,
            verdict=verdict,
            decided_at=datetime.now(UTC),
            decided_by=by.strip(),
            note=note,
        )
    )
    return require_correction(connection, correction_id)
