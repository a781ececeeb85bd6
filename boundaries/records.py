"""What the store gives out: layers, editions and areas as plain values."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Self

import numpy as np
import shapely

from boundaries.errors import DateOutsideValidityError
from geo.arrays import FloatArray, GeometryArray, IntArray, LonLatArray
from geo.measure import area_m2, length_m


@dataclass(frozen=True, slots=True)
class LayerInfo:
    """A layer 图层; ``order`` sorts partitions from coarse to fine, then all others."""

    key: str
    name: str
    kind: str
    role: str
    order: int
    parent: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Give the layer as JSON values."""
        return {
            "key": self.key,
            "name": self.name,
            "kind": self.kind,
            "role": self.role,
            "parent": self.parent or None,
        }


@dataclass(frozen=True, slots=True)
class EditionInfo:
    """An edition 版本 with its provenance; valid in the half-open [valid_from, valid_to)."""

    id: str
    layer: str
    label: str
    state: str
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
    legal_status: str
    secrecy: str
    review_number: str
    datum: str
    generated: bool
    n_areas: int
    shapes_hash: str

    def is_valid_at(self, at: date) -> bool:
        """Tell whether the edition is valid on a date."""
        return self.valid_from <= at and (self.valid_to is None or at < self.valid_to)

    def require_valid_at(self, at: date) -> None:
        """Raise DateOutsideValidityError unless the edition is valid on a date."""
        if not self.is_valid_at(at):
            raise DateOutsideValidityError(self.layer, at, self.valid_from, self.valid_to)

    def summary(self) -> dict[str, Any]:
        """Give what an answer says about the edition it used."""
        return {
            "id": self.id,
            "label": self.label,
            "valid_from": self.valid_from.isoformat(),
            "valid_to": None if self.valid_to is None else self.valid_to.isoformat(),
            "generated": self.generated,
        }

    def to_dict(self) -> dict[str, Any]:
        """Give the edition with its full provenance as JSON values."""
        return self.summary() | {
            "layer": self.layer,
            "state": self.state,
            "recorded_at": self.recorded_at.isoformat(),
            "activated_at": None if self.activated_at is None else self.activated_at.isoformat(),
            "retired_at": None if self.retired_at is None else self.retired_at.isoformat(),
            "source": self.source,
            "source_date": None if self.source_date is None else self.source_date.isoformat(),
            "source_file": self.source_file,
            "source_checksum": self.source_checksum,
            "authority": self.authority,
            "licence": self.licence,
            "legal_status": self.legal_status,
            "secrecy": self.secrecy,
            "review_number": self.review_number,
            "datum": self.datum,
            "n_areas": self.n_areas,
            "shapes_hash": self.shapes_hash,
        }


@dataclass(frozen=True, slots=True)
class AreaRecord:
    """One area in one edition; ``geometry`` is None where only the facts were asked for."""

    layer: str
    edition_id: str
    uid: str
    code: str
    name: str
    parent_code: str
    precedence: int
    valid_from: date
    valid_to: date | None
    population: int | None
    attributes: dict[str, Any]
    area_m2: float
    length_m: float
    lon: float
    lat: float
    geometry: shapely.Geometry | None = None

    def to_dict(self) -> dict[str, Any]:
        """Give everything but the shape as JSON values."""
        return {
            "layer": self.layer,
            "edition": self.edition_id,
            "uid": self.uid,
            "code": self.code,
            "name": self.name,
            "parent_code": self.parent_code or None,
            "precedence": self.precedence,
            "valid_from": self.valid_from.isoformat(),
            "valid_to": None if self.valid_to is None else self.valid_to.isoformat(),
            "population": self.population,
            "attributes": self.attributes,
            "area_m2": self.area_m2,
            "length_m": self.length_m,
            "lon": self.lon,
            "lat": self.lat,
        }


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An area that touches another one; ``length_m`` is 0.0 where they meet in points only."""

    uid: str
    code: str
    name: str
    length_m: float

    def to_dict(self) -> dict[str, Any]:
        """Give the neighbour as JSON values."""
        return {"uid": self.uid, "code": self.code, "name": self.name, "length_m": self.length_m}


@dataclass(frozen=True, slots=True)
class AreaTable:
    """Areas of one edition, column by column; all columns have the same length.

    ``populations`` is float64 with NaN where unknown; ``points`` has shape (n, 2), lon, lat of a
    point inside each area; ``geometries`` is None where the shapes were not asked for.
    """

    codes: tuple[str, ...]
    names: tuple[str, ...]
    parent_codes: tuple[str, ...]
    precedence: IntArray
    populations: FloatArray
    attributes: tuple[dict[str, Any], ...]
    area_m2: FloatArray
    length_m: FloatArray
    points: LonLatArray
    geometries: GeometryArray | None = None
    uids: tuple[str, ...] = field(default=())

    def __len__(self) -> int:
        """Count the areas."""
        return len(self.codes)

    @classmethod
    def build(
        cls,
        codes: Sequence[str],
        names: Sequence[str],
        geometries: GeometryArray,
        *,
        parent_codes: Sequence[str] | None = None,
        precedence: Sequence[int] | None = None,
        populations: Sequence[float] | None = None,
        attributes: Sequence[dict[str, Any]] | None = None,
    ) -> Self:
        """Measure shapes and make a table of new areas; uids are given by the store.

        Parameters
        ----------
        codes, names
            One for each area; codes unique and not blank.
        geometries
            Shapes in CGCS2000 degrees, lon, lat; none missing or empty.
        parent_codes
            Empty text where there is no parent.
        precedence
            Rank among overlapping areas, smaller first; 0 by default.
        populations
            NaN where unknown.
        attributes
            Further fields, JSON values.

        Returns
        -------
        AreaTable
            With measures in m and m2 on the ellipsoid, and a point inside each area.
        """
        n = len(codes)
        flat = shapely.force_2d(np.asarray(geometries, dtype=object))
        inside = shapely.point_on_surface(flat)
        return cls(
            codes=tuple(codes),
            names=tuple(names),
            parent_codes=tuple(parent_codes) if parent_codes is not None else ("",) * n,
            precedence=np.asarray(precedence if precedence is not None else [0] * n, np.int32),
            populations=np.asarray(
                populations if populations is not None else np.full(n, np.nan), np.float64
            ),
            attributes=tuple(attributes) if attributes is not None else tuple({} for _ in codes),
            area_m2=area_m2(flat),
            length_m=length_m(flat),
            points=np.column_stack([shapely.get_x(inside), shapely.get_y(inside)]),
            geometries=flat,
        )

    def require_geometries(self) -> GeometryArray:
        """Give the shapes; ValueError when the table was read without them."""
        if self.geometries is None:
            message = "this table was read without shapes"
            raise ValueError(message)
        return self.geometries

    def shapes_hash(self) -> str:
        """SHA-256 over code, precedence and shape of every area in the order of codes."""
        wkb = shapely.to_wkb(self.require_geometries(), byte_order=1)
        digest = hashlib.sha256()
        for row in sorted(range(len(self)), key=self.codes.__getitem__):
            digest.update(f"{self.codes[row]}\x1f{self.precedence[row]}\x1f".encode())
            digest.update(wkb[row])
        return digest.hexdigest()
