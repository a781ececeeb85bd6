"""jionlp, text by text, with towns and villages."""

import json
from pathlib import Path
from typing import Any

from bench.addresses.peers.serving import Answering, plain_texts, serve

NAMES = {"province": "province", "city": "city", "district": "county", "township": "town"}


def load(options: dict[str, Any]) -> Answering:
    """Load jionlp and add the areas of the city, which its own table cannot know.

    Parameters
    ----------
    options
        ``areas``: file of the areas of the city, see `bench.addresses.corpus.save_areas`.

    Returns
    -------
    Answering
        With all four levels.
    """
    import jionlp  # type: ignore[import-not-found]  # noqa: PLC0415 - after output is safe
    from jionlp.gadget import location_parser  # type: ignore[import-not-found]  # noqa: PLC0415

    areas = json.loads(Path(options["areas"]).read_text(encoding="utf-8"))
    of_package = location_parser.china_location_loader

    def of_both(*arguments: object, **switches: object) -> dict[str, Any]:
        tree: dict[str, Any] = of_package(*arguments, **switches)
        _add_areas(tree, areas, with_townships=bool(switches.get("detail")))
        return tree

    location_parser.china_location_loader = of_both
    jionlp.parse_location("反映道路积水", town_village=True)  # it loads at the first call

    def answer(texts: list[str]) -> list[dict[str, Any]]:
        return [jionlp.parse_location(text, town_village=True) for text in texts]

    def rows(answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [
            {name: found.get(theirs) or "" for name, theirs in NAMES.items()} for found in answers
        ]

    return Answering(plain_texts, answer, rows)


def _add_areas(tree: dict[str, Any], areas: list[dict[str, str]], *, with_townships: bool) -> None:
    """Add the city to the nested tables, in the form of its loader, coarse to fine."""
    entries = {"": tree}
    for area in areas:
        entry: dict[str, Any] = {}
        if area["level"] == "township":
            if not with_townships:
                continue
        else:
            short = area["name"][:-1] if area["name"][-1] in "省市区县" else area["name"]
            alias = [short] if area["level"] == "city" else short
            entry = {"_full_name": area["name"], "_alias": alias, "_admin_code": area["code"]}
        entries[area["code"]] = entries[area["parent"]].setdefault(area["name"], entry)


if __name__ == "__main__":
    serve(load)
