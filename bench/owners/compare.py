"""Whether ours and the query name the same body, and where they do not."""

from typing import Any

import numpy as np

from bench.owners.peer import Answers
from bench.owners.questions import Questions
from bench.owners.turns import Columns
from governance.book.definition import RuleBook
from governance.owner.answer import OWNER_FLAGS
from governance.owner.table import STEPS

BORDER_FLAGS = ("on_border", "overlap", "gap")
"""Where the order of rules has more to say than one query does: who covers the place is open."""

MOST_SHOWN = 20


def compare(
    ours: Columns, peer: dict[str, Answers], asked: Questions, book: RuleBook
) -> dict[str, Any]:
    """Compare our answers with those of every form of the query.

    Parameters
    ----------
    ours
        Columns of all rows.
    peer
        Answers by form.
    asked
        What the query was asked: the first of the rows.
    book
        Whose categories are asked.

    Returns
    -------
    dict
        ``agreement`` is the share of rows with the same body, the least of all forms;
        ``agreement_off_borders`` leaves out places on a border, in an overlap or in a gap;
        ``compared`` counts the rows; ``differing`` shows rows where a form says something else.
    """
    n = len(asked)
    is_open = _is_open(ours)[:n]
    shares, off_borders = [1.0], [1.0]
    shown: list[dict[str, Any]] = []
    for form, found in peer.items():
        bodies = np.array([found[row][2] if row in found else "" for row in range(n)])
        differs = bodies != ours["body"][:n]
        shares.append(1.0 - differs.mean() if n else 1.0)
        settled = ~is_open
        off_borders.append(1.0 - differs[settled].mean() if settled.any() else 1.0)
        rows = np.flatnonzero(differs).tolist()
        shown += [_shown(row, form, ours, found, asked, book) for row in rows]
    return {
        "agreement": round(float(min(shares)), 7),
        "agreement_off_borders": round(float(min(off_borders)), 7),
        "compared": n,
        "n_differing": len(shown),
        "differing": shown[:MOST_SHOWN],
    }


def _is_open(ours: Columns) -> Any:  # noqa: ANN401 - an array of booleans
    mask = sum(1 << OWNER_FLAGS.index(flag) for flag in BORDER_FLAGS)
    return (ours["flags"] & np.uint16(mask)) != 0


def _shown(
    row: int, form: str, ours: Columns, found: Answers, asked: Questions, book: RuleBook
) -> dict[str, Any]:
    step = int(ours["step"][row])
    theirs = found.get(row)
    return {
        "row": row,
        "form": form,
        "lonlat": asked.lonlat[row].tolist(),
        "category": book.categories[int(asked.category[row])].code,
        "ours": {
            "step": STEPS[step].value if step >= 0 else None,
            "rule": str(ours["rule"][row]),
            "body": str(ours["body"][row]),
            "one_by_one": bool(ours["is_special"][row]),
        },
        "query": None
        if theirs is None
        else {"step": STEPS[theirs[0]].value, "rule": theirs[1], "body": theirs[2]},
    }
