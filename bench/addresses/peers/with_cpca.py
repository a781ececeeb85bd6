"""cpca, in one call for all texts, as its documentation does it."""

import json
from pathlib import Path
from typing import Any

from bench.addresses.peers.serving import Answering, plain_texts, serve

COLUMNS = {"province": "省", "city": "市", "district": "区"}


def load(options: dict[str, Any]) -> Answering:
    """Load cpca and add the areas of the city, which its own table cannot know.

    Parameters
    ----------
    options
        ``areas``: file of the areas of the city, see `bench.addresses.corpus.save_areas`. cpca
        knows no level below the district. Of equal names it is told to prefer those.

    Returns
    -------
    Answering
        Its townships are empty.
    """
    import cpca  # type: ignore[import-not-found]  # noqa: PLC0415 - after standard output is safe

    preferred = {}
    for area in json.loads(Path(options["areas"]).read_text(encoding="utf-8")):
        if area["level"] in COLUMNS:
            code = area["code"].ljust(12, "0")
            preferred[area["name"]] = code[:6]
            added = cpca.AddrInfo(area["name"], code, "0", "0")
            cpca.ad_2_addr_dict[code] = added
            cpca.matcher.add_addr_info(added)
    cpca.matcher.complete_add()

    def answer(texts: list[str]) -> object:
        return cpca.transform(texts, umap=preferred)

    def rows(frame: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - a frame of its own pandas
        found = frame[list(COLUMNS.values())].fillna("").to_dict("records")
        return [
            {name: row[column] for name, column in COLUMNS.items()} | {"township": ""}
            for row in found
        ]

    return Answering(plain_texts, answer, rows)


if __name__ == "__main__":
    serve(load)
