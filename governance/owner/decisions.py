"""Decisions 权属认定记录: answers kept for good, which can be worked out again."""

import base64
import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from boundaries.engine import reading, writing
from boundaries.store import BoundaryStore
from governance.errors import UnknownDecisionError
from governance.models import DecisionRow
from governance.owner.answer import OwnerAnswer
from governance.owner.representation import canonical_bytes, digest_of, document_of

__all__ = ["Decision", "DecisionHead", "DecisionStore", "Replay", "decision_id", "differences"]

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
        now = datetime.now(UTC)
        rows = [_row(answer, now) for answer in answers]
        unique = list({row["id"]: row for row in rows}.values())
        if unique:
            is_sqlite = self._engine.dialect.name == "sqlite"
            statement = (
                sqlite.insert(DecisionRow).on_conflict_do_nothing()
                if is_sqlite
                else postgresql.insert(DecisionRow).on_conflict_do_nothing()
            )
            with writing(self._engine) as connection:
                connection.execute(statement, unique)
        return [row["id"] for row in rows]

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


def _row(answer: OwnerAnswer, now: datetime) -> dict[str, Any]:
    document = document_of(answer)
    written = canonical_bytes(document)
    # Read back, so that what is kept beside the document is the same JSON.
    plain = orjson.loads(written)
    digest = hashlib.sha256(written).hexdigest()
    return {
        "id": decision_id(digest),
        "asked_at": answer.question.at,
        "recorded_at": now,
        "category": answer.question.category,
        "primary_body": answer.primary.code if answer.primary else "",
        "step": answer.step.value if answer.step else "",
        "rule": answer.rule,
        "status": answer.status,
        "confidence": answer.confidence,
        "flags": list(answer.flags),
        "lon": answer.question.lon,
        "lat": answer.question.lat,
        "book_id": answer.context["book"],
        "digest": digest,
        "question": plain["question"],
        "context": plain["context"],
        "answer": zlib.compress(written, 6),
    }


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
