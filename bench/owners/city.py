"""The demo city with its rule book in a store of its own."""

from pathlib import Path

from bench.console import progress
from boundaries.definition import load_definition
from boundaries.importer import import_layer
from boundaries.store import BoundaryStore, create_store, upgrade
from governance.book.definition import RuleBook
from governance.book.store import GovernanceStore
from xiaqu.demo import generate_city, write_city
from xiaqu.demo.rules import build_rules


def store_url(folder: Path) -> str:
    """Give the URL of the store of a folder."""
    return f"sqlite:///{folder / 'city.db'}"


def open_city(scale: str, seed: int, folder: Path) -> BoundaryStore:
    """Open the store of a folder; generate the city, import it and load its rule book if it is new.

    Parameters
    ----------
    scale, seed
        Which city.
    folder
        Of one city; what is there from an earlier run is taken as it is.

    Returns
    -------
    BoundaryStore
        With the layers that the rule book speaks of, and the book active.

    Raises
    ------
    ValueError
        A layer was not imported whole.
    """
    is_new = not (folder / "complete").exists()
    store = create_store(store_url(folder), folder / "data")
    if not is_new:
        return store
    upgrade(store_url(folder))
    progress.print(f"generating the demo city, scale {scale}, seed {seed}")
    city = generate_city(scale, seed)
    book = build_rules(city)
    wanted = spoken_layers(book)
    for file in write_city(city, folder / "files"):
        if file.key not in wanted:
            continue
        report = import_layer(store, file.path, load_definition(file.definition))
        progress.print(f"  {file.key}: {report.n_areas:,}")
        if report.errors:
            message = f"layer {file.key!r} of the demo city has {len(report.errors)} errors"
            raise ValueError(message)
    kept = GovernanceStore(store)
    kept.activate(kept.save_book(book).id)
    (folder / "complete").touch()
    return store


def spoken_layers(book: RuleBook) -> set[str]:
    """Collect the keys of the layers that a book speaks of."""
    spoken = {rule.layer for rule in book.rules} | set(book.head.layers.values())
    return (spoken | {row.line_layer for row in book.agreements}) - {""}
