"""Decisions 权属认定记录: answers kept for good, which can be worked out again."""

import base64
import hashlib
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, select

from boundaries.bulk import insert_new
from boundaries.engine import reading, writing
from boundaries.models import Base
from boundaries.store import BoundaryStore
from governance.errors import UnknownDecisionError
from governance.models import DecisionRow
from governance.owner.answer import OwnerAnswer
from governance.owner.representation import canonical_bytes, digest_of, document_of

__all__ = [
    "Decision",
    "DecisionHead",
    "DecisionStore",
    "Replay",
    "decision_id",
    "decision_rows",
    "differences",
    "insert_decisions",
]

_COLUMNS = (
    "id", "asked_at", "recorded_at", "category", "primary_body", "step", "rule", "status",
    "confidence", "flags", "lon", "lat", "book_id", "digest", "question", "context", "answer",
)  # fmt: skip
_LEVEL = 6
_ID_BYTES = 20
_PREFIX = "D"


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision as it was recorded.

    Attributes
    ----------
    id
        ``D`` and 32 letters and digits, worked out from the content: the same question in the
        same context with the same answer is the same decision.
    recorded_at
        When it was first recorded; not part of the content.
    digest
        SHA-256 of the canonical document, hexadecimal.
    document
        Question, answer and context as JSON values; see
        :func:`governance.owner.representation.document_of`.
    """

    id: str
    recorded_at: datetime
    digest: str
    document: dict[str, Any]

    @property
    def is_intact(self) -> bool:
        """Whether the document still has the digest, and the digest the id."""
        return digest_of(self.document) == self.digest and decision_id(self.digest) == self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionHead:
    """A recorded decision in short; ``primary_body``, ``step`` and ``rule`` may be empty."""

    id: str
    recorded_at: datetime
    asked_at: date
    category: str
    primary_body: str
    step: str
    rule: str
    status: str
    confidence: float
    flags: list[str]


@dataclass(frozen=True, slots=True)
class Replay:
    """What came out when a decision was worked out again.

    ``differences`` names what differs, as paths into the document with both values; empty when
    the same.
    """

    decision: Decision
    document: dict[str, Any]
    differences: tuple[tuple[str, Any, Any], ...]

    @property
    def is_same(self) -> bool:
        """Whether the answer is the same to the last byte, and the record intact."""
        return not self.differences and self.decision.is_intact


def decision_id(digest: str) -> str:
    """Give the id of the decision with a digest of 64 hexadecimal digits."""
    return _PREFIX + base64.b32encode(bytes.fromhex(digest)[:_ID_BYTES]).decode("ascii")


class DecisionStore:
    """Keeps decisions; they are only ever added.

    Parameters
    ----------
    store
        Holds the tables. Every method raises ``StoreUnavailableError`` when the database cannot
        be reached and ``StoreNotMigratedError`` when its tables are missing.
    """

    def __init__(self, store: BoundaryStore) -> None:
        self._engine = store.engine

    def record(self, answers: Sequence[OwnerAnswer]) -> list[str]:
        """Record answers in one transaction; those that are there already stay as they are.

        Parameters
        ----------
        answers
            From a resolver that was loaded from the store.

        Returns
        -------
        list of str
            Id of the decision of each answer. When this returns, the decisions are on disk.
        """
        rows = decision_rows(answers, datetime.now(UTC))
        if rows:
            with writing(self._engine) as connection:
                insert_decisions(connection, rows)
        return [row[0] for row in rows]

    def get(self, decision: str) -> Decision:
        """Give a decision by its id; UnknownDecisionError when there is none."""
        query = select(DecisionRow).where(DecisionRow.id == decision)
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise UnknownDecisionError(decision)
        return Decision(
            id=row.id,
            recorded_at=row.recorded_at,
            digest=row.digest,
            document=orjson.loads(zlib.decompress(row.answer)),
        )

    def ids(self, *, limit: int = 100, body: str | None = None) -> list[str]:
        """List the ids of decisions, the latest recorded first; of one primary body if given."""
        return [head.id for head in self.heads(limit=limit, body=body)]

    def heads(self, *, limit: int = 100, body: str | None = None) -> list[DecisionHead]:
        """List decisions in short, the latest recorded first; of one primary body if given."""
        table = DecisionRow.__table__
        query = select(*(table.c[field.name] for field in fields(DecisionHead)))
        if body is not None:
            query = query.where(table.c.primary_body == body)
        ordered = query.order_by(table.c.recorded_at.desc(), table.c.id).limit(limit)
        with reading(self._engine) as connection:
            return [DecisionHead(**row) for row in connection.execute(ordered).mappings()]


def decision_rows(answers: Sequence[OwnerAnswer], now: datetime) -> list[tuple[Any, ...]]:
    """Write answers as rows of the table; the id of the decision comes first in each.

    Parameters
    ----------
    answers
        From a resolver that was loaded from the store.
    now
        When they are recorded, with time zone.

    Notes
    -----
    Pure, so that it can be done before a transaction begins.
    """
    return [_row(answer, now) for answer in answers]


def insert_decisions(connection: Connection, rows: Iterable[tuple[Any, ...]]) -> None:
    """Record rows of :func:`decision_rows`; those that are there already stay as they are."""
    unique = {row[0]: row for row in rows}
    table = Base.metadata.tables[DecisionRow.__tablename__]
    insert_new(connection, table, _COLUMNS, [unique[key] for key in sorted(unique)])


def _row(answer: OwnerAnswer, now: datetime) -> tuple[Any, ...]:
    document = document_of(answer)
    written = canonical_bytes(document)
    digest = hashlib.sha256(written).hexdigest()
    return (
        decision_id(digest),
        answer.question.at,
        now,
        answer.question.category,
        answer.primary.code if answer.primary else "",
        answer.step.value if answer.step else "",
        answer.rule,
        answer.status,
        float(answer.confidence),
        canonical_bytes(document["flags"]).decode(),
        float(answer.question.lon),
        float(answer.question.lat),
        answer.context["book"],
        digest,
        canonical_bytes(document["question"]).decode(),
        canonical_bytes(document["context"]).decode(),
        zlib.compress(written, _LEVEL),
    )


def differences(before: Any, after: Any, path: str = "") -> list[tuple[str, Any, Any]]:  # noqa: ANN401 - JSON values
    """List where two JSON values differ, as path, value before and value after."""
    if isinstance(before, dict) and isinstance(after, dict):
        return [
            found
            for key in sorted({*before, *after})
            for found in differences(before.get(key), after.get(key), f"{path}/{key}")
        ]
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        pairs = enumerate(zip(before, after, strict=True))
        return [found for at, (a, b) in pairs for found in differences(a, b, f"{path}/{at}")]
    return [] if before == after else [(path or "/", before, after)]
