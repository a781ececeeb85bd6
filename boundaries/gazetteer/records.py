"""What the gazetteer store takes and gives out, as plain values."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd


def _empty(**columns: str) -> Callable[[], pd.DataFrame]:
    """Make an empty frame with these columns and dtypes."""
    return lambda: pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in columns.items()})


@dataclass(frozen=True, slots=True)
class SourceContent:
    """What one file says, in CGCS2000 degrees.

    Attributes
    ----------
    entries
        ``uid``; ``role`` (name of a Role in lower case); ``name``; ``kind``; ``level`` (Level of an
        area, 0 for a place); ``code``; ``parent`` (uid or code of the parent area, uid of the
        estate of a gate; may be empty); ``is_ours``; ``lon``, ``lat``, ``radius_m`` (NaN where
        unknown); ``geometry`` (line of a road, outline of an area or estate, or None).
    names
        ``uid``, or else ``of_name`` (main name of the entity); ``name``; ``status`` (NameStatus);
        ``valid_from``, ``valid_to`` (ISO dates or empty).
    doors
        ``owner_uid``, or else ``owner_name``; ``number``; ``suffix``; ``lon``, ``lat``.
    ranges
        ``owner_uid``, or else ``owner_name``; ``side`` (L or R); ``from_number``; ``to_number``;
        ``zone``; ``geometry`` (line).
    """

    entries: pd.DataFrame = field(default_factory=_empty(
        uid="str", role="str", name="str", kind="str", level="int64", code="str", parent="str",
        is_ours="bool", lon="float64", lat="float64", radius_m="float64", geometry="object",
    ))  # fmt: skip
    names: pd.DataFrame = field(
        default_factory=_empty(
            uid="str", of_name="str", name="str", status="str", valid_from="str", valid_to="str"
        )
    )
    doors: pd.DataFrame = field(
        default_factory=_empty(
            owner_uid="str",
            owner_name="str",
            number="int64",
            suffix="str",
            lon="float64",
            lat="float64",
        )
    )
    ranges: pd.DataFrame = field(default_factory=_empty(
        owner_uid="str", owner_name="str", side="str", from_number="int64", to_number="int64",
        zone="str", geometry="object",
    ))  # fmt: skip

    def __len__(self) -> int:
        """Count all rows."""
        return len(self.entries) + len(self.names) + len(self.doors) + len(self.ranges)


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """A source with its provenance; valid in the half-open [valid_from, valid_to)."""

    id: str
    key: str
    name: str
    label: str
    state: str
    grammar: str
    valid_from: date
    valid_to: date | None
    recorded_at: datetime
    activated_at: datetime | None
    retired_at: datetime | None
    source: str
    source_date: date | None
    source_file: str
    source_checksum: str
    authority: str
    licence: str
    secrecy: str
    datum: str
    generated: bool
    n_entries: int
    n_names: int
    n_doors: int
    n_ranges: int
    report: dict[str, Any]

    def summary(self) -> dict[str, Any]:
        """Give what a built file says of a source."""
        return {
            "id": self.id,
            "key": self.key,
            "name": self.name,
            "label": self.label,
            "valid_from": self.valid_from.isoformat(),
            "valid_to": None if self.valid_to is None else self.valid_to.isoformat(),
            "licence": self.licence,
            "generated": self.generated,
        }


@dataclass(frozen=True, slots=True)
class BuildInfo:
    """A built file; ``contents`` says what it was made of and what was missing."""

    edition: str
    state: str
    built_at: datetime
    retired_at: datetime | None
    inputs: str
    contents: dict[str, Any]
    path: Path

    @property
    def warnings(self) -> list[str]:
        """What a person should know of this edition, such as a missing national tree."""
        return [str(text) for text in self.contents.get("warnings", [])]


@dataclass(frozen=True, slots=True)
class Correction:
    """A proposal and, once there is one, its decision.

    ``uid`` is the entity that ``name`` means; it is empty where ``lon``, ``lat`` (CGCS2000) give a
    new place. ``state`` is ``proposed``, ``accepted`` or ``rejected``.
    """

    id: str
    name: str
    address: str
    uid: str
    uid_name: str
    role: str
    kind: str
    lon: float | None
    lat: float | None
    proposed_at: datetime
    proposed_by: str
    note: str
    verdict: str | None = None
    decided_at: datetime | None = None
    decided_by: str | None = None
    decision_note: str | None = None

    @property
    def state(self) -> str:
        """Where the proposal stands."""
        return self.verdict or "proposed"

    def to_dict(self) -> dict[str, Any]:
        """Give everything as JSON values."""
        return {
            "id": self.id,
            "state": self.state,
            "name": self.name,
            "address": self.address,
            "uid": self.uid or None,
            "uid_name": self.uid_name or None,
            "role": self.role or None,
            "kind": self.kind or None,
            "lon": self.lon,
            "lat": self.lat,
            "proposed_at": self.proposed_at.isoformat(),
            "proposed_by": self.proposed_by,
            "note": self.note,
            "decided_at": None if self.decided_at is None else self.decided_at.isoformat(),
            "decided_by": self.decided_by,
            "decision_note": self.decision_note,
        }
