"""Look over an installation: what would stop it, what will surprise later, what to do about it."""

import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numba
import numpy as np
from sqlalchemy.exc import SQLAlchemyError

from boundaries.engine import server_facts
from boundaries.errors import BoundaryError, NoGazetteerError
from boundaries.gazetteer.build import load_gazetteer
from boundaries.snapshot import index_path
from boundaries.store import BoundaryStore
from geo.errors import GazetteerFileError, IndexFileError
from geo.index import LocationIndex
from xiaqu.cli.serve import check_port
from xiaqu.compose import open_store
from xiaqu.errors import PortInUseError, SettingsError
from xiaqu.providers import provider_of
from xiaqu.settings import Settings, unknown_variables

_ENOUGH_DISK_BYTES = 2 * 10**9  # the demo city with its files, store and indexes takes about half
_LOCATED_ROLES = ("partition", "overlay")


class Verdict(StrEnum):
    """How a check came out."""

    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check.

    Attributes
    ----------
    check
        What was looked at, Chinese and English.
    verdict
        How it came out.
    detail
        What was found.
    remedy
        What to do; empty where nothing is to be done.
    """

    check: str
    verdict: Verdict
    detail: str
    remedy: str = ""


def examine(settings: Settings) -> Iterator[Finding]:
    """Run all checks.

    Parameters
    ----------
    settings
        What to look at.

    Yields
    ------
    finding
        One for each check, in a fixed order. Nothing is changed or created, except that an
        SQLite store which does not exist yet is made empty.
    """
    yield _check_python()
    yield _check_numba()
    yield _check_variables()
    yield _check_disk(settings.data_dir)
    yield _check_port(settings)
    yield _check_fonts()
    yield _check_provider(settings)
    yield from _check_store(settings)


def _check_python() -> Finding:
    detail = f"{platform.python_implementation()} {platform.python_version()}, {sys.platform}"
    is_new_enough = sys.version_info >= (3, 11)
    is_wide = sys.maxsize > 2**32
    return Finding(
        "Python",
        Verdict.OK if is_new_enough and is_wide else Verdict.FAILURE,
        detail,
        "" if is_new_enough and is_wide else "64-bit Python 3.11 or newer is needed",
    )


def _check_numba() -> Finding:
    try:
        doubled = numba.njit(lambda values: values * 2.0)(np.arange(3.0))
    except Exception as error:  # noqa: BLE001 - a broken compiler fails in ways of its own
        return Finding("编译 numba", Verdict.FAILURE, str(error), "reinstall: make setup")
    works = bool((doubled == [0.0, 2.0, 4.0]).all())
    return Finding(
        "编译 numba",
        Verdict.OK if works else Verdict.FAILURE,
        f"{numba.__version__}, {numba.get_num_threads()} threads",
        "" if works else "reinstall: make setup",
    )


def _check_variables() -> Finding:
    unknown = unknown_variables()
    if unknown:
        return Finding(
            "设置 settings",
            Verdict.WARNING,
            f"nothing reads {', '.join(unknown)}",
            "see docs/settings.md for the names",
        )
    return Finding("设置 settings", Verdict.OK, "all names known")


def _check_disk(folder: Path) -> Finding:
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    free = shutil.disk_usage(existing).free
    is_enough = free >= _ENOUGH_DISK_BYTES
    return Finding(
        "磁盘 disk",
        Verdict.OK if is_enough else Verdict.WARNING,
        f"{free / 1e9:.1f} GB free for {folder}",
        "" if is_enough else "name a roomier folder in XIAQU_DATA_DIR",
    )


def _check_port(settings: Settings) -> Finding:
    try:
        check_port(settings.host, settings.port)
    except PortInUseError as error:
        return Finding(
            "端口 port", Verdict.WARNING, f"{settings.port}: {error.reason}", "set XIAQU_PORT"
        )
    return Finding("端口 port", Verdict.OK, f"{settings.port} on {settings.host} is free")


def _check_fonts() -> Finding:
    listed = None
    with suppress(OSError, subprocess.SubprocessError):
        listed = subprocess.run(
            ["fc-list", ":lang=zh", "family"],  # noqa: S607 - whichever fontconfig is on PATH
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        ).stdout.split("\n")
    if listed is None:
        return Finding("字体 fonts", Verdict.OK, "no fontconfig; browsers bring their own fonts")
    families = sorted({line.split(",")[0].strip() for line in listed if line.strip()})
    if families:
        return Finding("字体 fonts", Verdict.OK, families[0])
    return Finding(
        "字体 fonts",
        Verdict.WARNING,
        "no Chinese font on this machine",
        "only matters for pictures made here: install a Noto CJK font",
    )


def _check_provider(settings: Settings) -> Finding:
    """Say whether words leave this machine; nothing is asked."""
    check = "在线服务 provider"
    try:
        provider = provider_of(settings)
    except SettingsError as error:
        return Finding(check, Verdict.FAILURE, str(error), "see docs/settings.md")
    if provider is None:
        return Finding(check, Verdict.OK, "none: no text leaves this machine")
    return Finding(
        check,
        Verdict.WARNING,
        f"{provider.key}: addresses that the gazetteer leaves open are sent there",
        "unset XIAQU_PROVIDER where that is not allowed",
    )


def _check_store(settings: Settings) -> Iterator[Finding]:
    store = open_store(settings)
    name = store.engine.url.render_as_string(hide_password=True)
    try:
        with store.engine.connect():
            pass
        yield Finding("数据库 store", Verdict.OK, name)
    except (BoundaryError, SQLAlchemyError, OSError) as error:
        reason = " ".join(str(error).split())[:200]
        yield Finding(
            "数据库 store", Verdict.FAILURE, f"{name}: {reason}", "check XIAQU_DATABASE_URL"
        )
        return
    try:
        if store.engine.dialect.name == "postgresql":
            yield from _check_server(store)
        yield from _check_contents(store)
    finally:
        store.close()


def _check_server(store: BoundaryStore) -> Iterator[Finding]:
    facts = server_facts(store.engine)
    if facts.postgis is not None:
        yield Finding("PostGIS", Verdict.OK, facts.postgis)
    else:
        yield Finding(
            "PostGIS",
            Verdict.FAILURE,
            "the extension is not there",
            "as a superuser: CREATE EXTENSION postgis",
        )
    ctype = facts.ctype
    # With LC_CTYPE=C, trigram search drops Chinese characters without a word.
    is_utf8 = "utf" in ctype.lower()
    yield Finding(
        "字符 LC_CTYPE",
        Verdict.OK if is_utf8 else Verdict.FAILURE,
        ctype,
        "" if is_utf8 else "create the database with LC_CTYPE 'C.UTF-8'",
    )


def _check_contents(store: BoundaryStore) -> Iterator[Finding]:
    current = store.is_current()
    yield Finding(
        "数据表 tables",
        Verdict.OK if current else Verdict.FAILURE,
        "up to date" if current else "missing or of another version",
        "" if current else "run: xiaqu db upgrade",
    )
    if not current:
        return
    yield _check_gazetteer(store)
    roles = {layer.key: layer.role for layer in store.layers()}
    editions = [e for e in store.active_editions() if roles[e.layer] in _LOCATED_ROLES]
    if not editions:
        yield Finding(
            "图层 layers",
            Verdict.WARNING,
            "none is active",
            "xiaqu demo, or: xiaqu boundaries import FILE DEFINITION",
        )
        return
    yield Finding("图层 layers", Verdict.OK, ", ".join(sorted(e.layer for e in editions)))
    damaged: list[str] = []
    missing: list[str] = []
    for edition in editions:
        path = index_path(store.data_dir, edition)
        if not path.exists():
            missing.append(edition.layer)
            continue
        try:
            LocationIndex.open(path)
        except IndexFileError as error:
            damaged.append(str(error))
    if damaged:
        yield Finding(
            "索引 indexes", Verdict.FAILURE, damaged[0], "delete the file; it is built anew"
        )
    elif missing:
        yield Finding(
            "索引 indexes",
            Verdict.WARNING,
            f"not built yet: {', '.join(missing)}",
            "built at the next start",
        )
    else:
        yield Finding("索引 indexes", Verdict.OK, f"{len(editions)} in {store.data_dir}")


def _check_gazetteer(store: BoundaryStore) -> Finding:
    check = "地名库 gazetteer"
    try:
        gazetteer = load_gazetteer(store)
        gazetteer.verify()
    except NoGazetteerError as error:
        return Finding(check, Verdict.WARNING, str(error), "run: xiaqu gazetteer build")
    except GazetteerFileError as error:
        return Finding(check, Verdict.FAILURE, str(error), "run: xiaqu gazetteer build")
    detail = f"{gazetteer.edition}, {gazetteer.n_entities:,} entities"
    return Finding(check, Verdict.OK, detail)
