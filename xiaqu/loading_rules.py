"""Load the rule book of the demo city: written as a city's own files, imported, put into force."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from boundaries.locator import today_in_china
from boundaries.store import BoundaryStore
from geo.arrays import Progress
from governance.book.reading import read_book
from governance.book.store import GovernanceStore
from governance.clocks.keeping import keep_current_calendar
from governance.errors import NoActiveBookError
from xiaqu.demo import DemoCity
from xiaqu.demo.rules import write_rules

__all__ = ["RULES", "has_rules", "load_rules"]

RULES = "rules"
"""Folder of the rule book beside the layers, and what it is called among what waits."""


def has_rules(store: BoundaryStore, record: dict[str, Any]) -> bool:
    """Tell whether the active rule book is that of the demo city, or one that a person put there.

    ``record`` names the book that was loaded by ``book``.
    """
    try:
        info = GovernanceStore(store).active()
    except NoActiveBookError:
        return False
    return info.id == record.get("book") or not info.generated


def load_rules(
    store: BoundaryStore,
    city: Callable[[], DemoCity],
    folder: Path,
    record: dict[str, Any],
    progress: Progress | None = None,
) -> str:
    """Write the rule book, import it from its files and activate it.

    Parameters
    ----------
    store
        With the layers of the city active.
    city
        Gives the city.
    folder
        Of the city; the book is written into ``rules`` below it.
    record
        Gets the id of the book as ``book``.
    progress
        Called while the book is stored.

    Returns
    -------
    str
        One line on what was loaded.

    Raises
    ------
    BookFileError
        The files are not those of a rule book, which is a defect of the generator.
    StoreError
        The store cannot be used.
    """
    write_rules(city(), folder / RULES)
    governance = GovernanceStore(store)
    info = governance.save_book(read_book(folder / RULES), progress=progress)
    governance.activate(info.id)
    keep_current_calendar(store, today_in_china())
    record["book"] = info.id
    counts = info.counts
    return (
        f"权责手册 (rules): 已启用 / active; {counts['bodies']:,} 个主体 / bodies, "
        f"{counts['categories']:,} 个事项 / categories, {counts['posts']:,} 个岗位 / posts"
    )
