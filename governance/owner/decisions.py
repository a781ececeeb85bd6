"""Decisions 权属认定记录: answers kept for good, which can be worked out again."""

import base64
import hashlib
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

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
    "PreparedDecision",
    "Replay",
    "decision_id",
    "differences",
    "insert_decisions",
    "prepare_decision",
]

_COLUMNS = (
    "id", "asked_at", "category", "primary_body", "step", "rule", "status", "confidence", "flags",
    "lon", "lat", "book_id", "digest", "question", "context", "answer", "recorded_at",
)  # fmt: skip
_LEVEL = 1
_TABLE = Base.metadata.tables[DecisionRow.__tablename__]
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


class PreparedDecision(NamedTuple):
    """An answer as it will be recorded.

    ``id`` is that of the decision; ``values`` are those of the columns of its row.
    """

    id: str
    values: tuple[Any, ...]


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
        decisions = [prepare_decision(answer) for answer in answers]
        if decisions:
            with writing(self._engine) as connection:
                insert_decisions(connection, decisions, datetime.now(UTC))
        return [decision.id for decision in decisions]

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


def prepare_decision(answer: OwnerAnswer) -> PreparedDecision:
    """Write an answer as a decision that is still to be recorded.

    Parameters
    ----------
    answer
        From a resolver that was loaded from the store.

    Notes
    -----
    Pure, so that it can be done before a transaction begins.
    """
    document = document_of(answer)
    written = canonical_bytes(document)
    digest = hashlib.sha256(written).hexdigest()
    values = (
        answer.question.at,
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
    return PreparedDecision(decision_id(digest), values)


def insert_decisions(
    connection: Connection, decisions: Iterable[PreparedDecision], recorded_at: datetime
) -> None:
    """Record decisions in a transaction; those that are there already stay as they are."""
    rows = {one.id: (one.id, *one.values, recorded_at) for one in decisions}
    # In one order everywhere, so that no two writers wait for each other.
    ordered = [rows[key] for key in sorted(rows)]
    insert_new(connection, _TABLE, _COLUMNS, ordered)


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
