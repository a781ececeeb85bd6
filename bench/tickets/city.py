"""The demo city with its rule book, its names and requests about it."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pandas as pd

from bench.console import progress
from boundaries.gazetteer.build import build_gazetteer
from boundaries.store import BoundaryStore, create_store, upgrade
from geo.address.answers import AddressHints
from governance.tickets.given import CallerGiven, NewTicket
from xiaqu.demo import generate_city
from xiaqu.demo.tickets.generate import TicketSource, first_day_before
from xiaqu.loading import load_demo

__all__ = ["SOURCE", "bodies_of", "draw_requests", "open_city", "read_requests", "save_requests"]

LAST_DAY = dt.date(2026, 11, 23)
SOURCE = "bench"
_COLUMNS = {
    "external_id": "工单编号",
    "channel": "渠道",
    "request_type": "工单类型",
    "category": "问题分类",
    "title": "标题",
    "text": "主要内容",
}
_HINTS = {
    "district": "被反映区",
    "township": "被反映街乡镇",
    "community": "村/社区",
    "estate": "小区点位",
}


def open_city(url: str, folder: Path, scale: str, seed: int) -> BoundaryStore:
    """Load the demo city, its rule book and its names into a store.

    Parameters
    ----------
    url
        Of the database; its tables are made.
    folder
        Data folder of the store.
    scale, seed
        Which city.
    """
    upgrade(url)
    store = create_store(url, folder)
    progress.print(f"loading the demo city, scale {scale}, seed {seed}")
    load_demo(store, scale, seed)
    build_gazetteer(store)
    return store


def draw_requests(scale: str, seed: int, n: int) -> list[dict[str, Any]]:
    """Generate requests about the city as bodies of ``POST /v1/tickets``, in the order of time.

    Parameters
    ----------
    scale, seed
        Which city.
    n
        How many, the newest; where the city has fewer in thirteen months they come again under
        new numbers.

    Returns
    -------
    list of dict
        JSON values. Each has its time of receipt: what belongs together is then looked for among
        as many tickets as a city has, not among those of a year in one day.
    """
    source = TicketSource(generate_city(scale, seed), seed=seed, last_day=LAST_DAY)
    first = first_day_before(LAST_DAY)
    frames: list[pd.DataFrame] = []
    day, n_made = LAST_DAY, 0
    while n_made < n and day >= first:
        start = max(first, day - dt.timedelta(days=6))
        frames.append(source.generate(start, day).frame)
        n_made += len(frames[-1])
        day = start - dt.timedelta(days=1)
    made = pd.concat(frames, ignore_index=True).sort_values("来电时间", kind="stable")
    moments = made["来电时间"].dt.tz_localize("Asia/Shanghai")
    made = made.fillna("").assign(received=[moment.isoformat() for moment in moments])
    rows = made.tail(n).to_dict("records")
    return [
        _body(rows[at % len(rows)], at // len(rows)) for at in range(n)
    ]  # fmt: skip


def _body(row: dict[str, Any], turn: int) -> dict[str, Any]:
    body: dict[str, Any] = {name: row[column] for name, column in _COLUMNS.items()}
    body["source"] = SOURCE
    body["received_at"] = row["received"]
    if turn:
        body["external_id"] += f"-{turn}"
    body["hints"] = {name: row[column] for name, column in _HINTS.items() if row[column]}
    body["caller"] = {"name": row["来电人"], "phone": row["来电人电话/账号"]}
    return body


def save_requests(bodies: list[dict[str, Any]], path: Path) -> None:
    """Write bodies as JSON lines."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(body, ensure_ascii=False) + "\n" for body in bodies)


def bodies_of(path: Path) -> list[dict[str, Any]]:
    """Read what :func:`save_requests` wrote."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def read_requests(path: Path) -> list[NewTicket]:
    """Read bodies as requests, as the route does."""
    found = []
    for body in bodies_of(path):
        values = {**body}
        values["hints"] = AddressHints(**body["hints"])
        values["received_at"] = dt.datetime.fromisoformat(body["received_at"])
        values["caller"] = CallerGiven(**body["caller"])
        found.append(NewTicket(**values))
    return found
