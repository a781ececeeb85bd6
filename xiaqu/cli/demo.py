"""``xiaqu demo``: a generated city, loaded and served."""

import datetime as dt
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from types import FrameType
from typing import Annotated

import typer

from boundaries.locator import Locator, load_locator
from boundaries.migrate import upgrade
from boundaries.store import BoundaryStore
from xiaqu.cli.console import note, progress_bars
from xiaqu.cli.serve import HostOption, PortOption, check_port, run_server
from xiaqu.compose import open_store
from xiaqu.demo.tickets import ticket_files
from xiaqu.loading import TICKETS, demo_folder, load_demo
from xiaqu.settings import read_settings

_DEFAULT_SEED = 20261123
_SIGNALLED = 128  # exit codes of programs that a signal ended, as shells count them


class ScaleName(StrEnum):
    """Sizes of the demo city."""

    TINY = "tiny"
    DISTRICT = "district"
    CITY = "city"


def _example_place(store: BoundaryStore, locator: Locator) -> tuple[float, float]:
    """Pick a place inside an area of the finest partition."""
    finest = [item for item in locator.layers if item.layer.role == "partition"][-1]
    points = store.areas(finest.edition.id, geometry=False).points
    lon, lat = points[len(points) // 2]
    return round(float(lon), 6), round(float(lat), 6)


def _describe(line: str) -> None:
    note(f"  {line}")


def demo(
    *,
    scale: Annotated[
        ScaleName, typer.Option("--scale", help="规模 · tiny, district or city")
    ] = ScaleName.CITY,
    seed: Annotated[
        int, typer.Option("--seed", min=0, help="随机种子 · Which city to generate")
    ] = _DEFAULT_SEED,
    today: Annotated[
        dt.datetime | None,
        typer.Option(
            "--today",
            formats=["%Y-%m-%d"],
            help="工单截至其前一天；默认沿用已有，否则为当天 · "
            "Tickets end the day before; default: as they are, else the day it is",
        ),
    ] = None,
    serve: Annotated[
        bool, typer.Option("--serve/--no-serve", help="随后启动服务 · Serve it afterwards")
    ] = True,
    host: HostOption = None,
    port: PortOption = None,
) -> None:
    """生成、导入并启动示范城市 · Generate a city, import it, and serve it.

    全部为示范数据，与真实地名无关 · All of it is generated; no place is real.
    """
    settings = read_settings()
    if serve:
        # Better now than after a minute of work.
        check_port(host or settings.host, port or settings.port)
    upgrade(settings.database_url)
    store = open_store(settings)
    last_day = _last_day(store, scale, seed, today)
    with progress_bars() as progress:
        loaded = load_demo(
            store,
            scale.value,
            seed,
            last_day=last_day,
            answering_only=serve,
            national=settings.national_tree,
            caller_key=settings.caller_key.get_secret_value(),
            progress=progress,
            report=_describe,
        )
        locator = load_locator(store, progress=progress)
    lon, lat = _example_place(store, locator)
    store.close()
    state = "已生成并导入 · generated and imported" if loaded.is_new else "已就绪 · ready already"
    note(f"示范城市 {scale.value} {state}: {loaded.folder}")
    note(f"  xiaqu locate {lon} {lat}")
    if serve:
        base = f"http://{host or settings.host}:{port or settings.port}"
        note(f"  curl '{base}/v1/locate?lon={lon}&lat={lat}'")
        with _loading_the_rest(scale, seed, last_day, loaded.waiting):
            run_server(settings, host, port, None)


def _last_day(
    store: BoundaryStore, scale: ScaleName, seed: int, today: dt.datetime | None
) -> dt.date:
    """Day with which the tickets end: as asked for, as they are, or yesterday."""
    if today is not None:
        return today.date() - dt.timedelta(days=1)
    written = ticket_files(demo_folder(store, scale.value, seed) / TICKETS)
    if written:
        return written[0].last
    return dt.datetime.now().astimezone().date() - dt.timedelta(days=1)


def _exit(number: int, _frame: FrameType | None) -> None:
    sys.exit(_SIGNALLED + number)


@contextmanager
def _loading_the_rest(
    scale: ScaleName, seed: int, last_day: dt.date, waiting: tuple[str, ...]
) -> Iterator[None]:
    """Load what lookups do not need in a process of its own, behind the service."""
    if not waiting:
        yield
        return
    note(f"其余在后台导入 · Loading behind the service: {', '.join(waiting)}")
    command = [sys.executable, "-m", "xiaqu", "demo", "--no-serve"]
    today = last_day + dt.timedelta(days=1)
    arguments = [*command, "--scale", scale.value, "--seed", str(seed), "--today", str(today)]
    # The server raises the signal again when it has shut down, and unhandled that would end this
    # process before the other one is stopped.
    signal.signal(signal.SIGTERM, _exit)
    process = subprocess.Popen(arguments)  # noqa: S603 - this program, with checked values
    try:
        yield
    finally:
        # Stopped with the service: the next start takes up where this one ended.
        process.terminate()
        process.wait()
