"""The picture of an answer of ownership as a file."""

from pathlib import Path

from boundaries.store import BoundaryStore
from governance.book.store import GovernanceStore
from governance.owner.answer import OwnerAnswer
from governance.owner.picture import draw_owner
from governance.owner.picture_ground import read_ground

_INTERNAL = "内部使用"
_GENERATED = "示范数据"


def save_picture(
    store: BoundaryStore, answer: OwnerAnswer, decision: str | None, path: Path
) -> None:
    """Write the picture of an answer as SVG.

    Parameters
    ----------
    store
        With the editions and the rule book that the answer rests on.
    answer
        What is drawn.
    decision
        Id under which it is kept; None where it is not.
    path
        File, replaced if it is there.
    """
    book = GovernanceStore(store).book(answer.context["book"])
    category = next(row for row in book.categories if row.code == answer.question.category)
    stamps = (_GENERATED, _INTERNAL) if book.head.generated else (_INTERNAL,)
    drawn = draw_owner(
        answer, read_ground(store, book, answer), category, decision=decision or "", stamps=stamps
    )
    path.write_text(drawn, encoding="utf-8")
