"""The example of docs/owners.md, from the generated city: ``python -m bench.owners.example``.

Writes the picture and prints the answer as JSON.
"""

import argparse
import json
import sys
from datetime import date, datetime
from pathlib import Path

from bench.owners.city import open_city
from governance.clocks.calendar import CHINA_TIME
from governance.owner.answer import OwnerQuestion
from governance.owner.decisions import DecisionStore
from governance.owner.loading import load_resolver, replay
from governance.owner.representation import readable
from xiaqu.cli.owner_picture import save_picture

SCALE, SEED = "district", 1
QUESTION = OwnerQuestion(
    lon=114.011753,
    lat=35.98104,
    category="0103002",
    at=date(2026, 11, 20),
    received_at=datetime(2026, 11, 20, 9, 30, tzinfo=CHINA_TIME),
)
"""A broken manhole cover on a road along which two townships meet."""

PICTURE = Path(__file__).parents[2] / "docs" / "images" / "owner-evidence.svg"


def make_example(folder: Path, picture: Path) -> dict[str, object]:
    """Ask, keep the decision, work it out again and draw it.

    Parameters
    ----------
    folder
        Of the city; generated where it is new.
    picture
        SVG file that is written.

    Returns
    -------
    dict
        The answer as people read it, with ``decision`` and ``is_same`` of its replay.
    """
    folder.mkdir(parents=True, exist_ok=True)
    store = open_city(SCALE, SEED, folder)
    answer = load_resolver(store).answer(QUESTION)
    decision = DecisionStore(store).record([answer])[0]
    picture.parent.mkdir(parents=True, exist_ok=True)
    save_picture(store, answer, decision, picture)
    return readable(answer) | {
        "decision": decision,
        "is_same": replay(store, decision).is_same,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="of the city; generated where it is new")
    parser.add_argument("--picture", type=Path, default=PICTURE)
    chosen = parser.parse_args()
    made = make_example(chosen.folder, chosen.picture)
    json.dump(made, sys.stdout, ensure_ascii=False, indent=1)
