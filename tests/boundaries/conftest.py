"""Stores to test on: SQLite, and PostgreSQL with PostGIS in a private cluster."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from itertools import count, pairwise
from pathlib import Path

import numpy as np
import pytest
import shapely
from sqlalchemy import text
from sqlalchemy.engine import make_url

from boundaries.definition import LayerDefinition, parse_definition
from boundaries.engine import create_store_engine
from boundaries.records import AreaTable
from boundaries.store import BoundaryStore, create_store, upgrade

SERVER_URL = "XIAQU_TEST_POSTGRES_URL"
TODAY = date(2026, 6, 1)
MISSING = (
    "NOT TESTED ON POSTGIS: install the Debian packages postgresql and postgresql-15-postgis-3, "
    f"or give a server by {SERVER_URL}"
)
_names = count()
_skipped: list[str] = []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for reason in _skipped:
        terminalreporter.write_line(reason, red=True, bold=True)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """URL of a server on which databases may be created."""
    if given := os.environ.get(SERVER_URL):
        yield given
        return
    bin_dir = _find_server()
    if bin_dir is None:
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(MISSING)
        _skipped.append(MISSING)
        pytest.skip(MISSING)
    # Not below the temp folder of pytest: a socket's path has at most 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="xiaqu-pg-"))
    as_owner: list[str] = []
    if os.geteuid() == 0:  # the server refuses to run as root
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        as_owner = ["runuser", "-u", "postgres", "--"]

    def run(program: str, *arguments: str) -> None:
        command = [*as_owner, str(bin_dir / program), "-D", str(folder / "data"), *arguments]
        subprocess.run(
            command, check=True, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    try:
        run("initdb", "-A", "trust", "-U", "postgres", "--locale", "C.UTF-8")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off"
        run("pg_ctl", "-l", str(folder / "log"), "-o", options, "-w", "start")
        yield f"postgresql://postgres@/postgres?host={folder}"
    finally:
        run("pg_ctl", "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder)


def _find_server() -> Path | None:
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in folders:
        version = folder.parent.name
        has_postgis = Path(f"/usr/share/postgresql/{version}/extension/postgis.control").exists()
        if (folder / "initdb").exists() and has_postgis:
            return folder
    return None


def _run_sql(url: str, statement: str) -> None:
    engine = create_store_engine(url)
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(statement))
    finally:
        engine.dispose()


@pytest.fixture
def empty_database(postgres_url: str) -> Iterator[str]:
    """URL of an empty database without PostGIS."""
    name = f"xiaqu_empty_{os.getpid()}_{next(_names)}"
    _run_sql(postgres_url, f"CREATE DATABASE {name} TEMPLATE template0")
    yield make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
    _run_sql(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def migrated_template(postgres_url: str) -> Iterator[str]:
    """Name of a database with all tables, to be copied."""
    name = f"xiaqu_template_{os.getpid()}"
    _run_sql(postgres_url, f"CREATE DATABASE {name} TEMPLATE template0")
    upgrade(make_url(postgres_url).set(database=name).render_as_string(hide_password=False))
    yield name
    _run_sql(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", pytest.param("postgis", marks=pytest.mark.postgis)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[BoundaryStore]:
    """Open an empty store with all tables, once on SQLite and once on PostGIS."""
    if request.param == "sqlite":
        opened = create_store(_sqlite(tmp_path), tmp_path)
        yield opened
        opened.close()
        return
    server: str = request.getfixturevalue("postgres_url")
    template: str = request.getfixturevalue("migrated_template")
    name = f"xiaqu_test_{os.getpid()}_{next(_names)}"
    _run_sql(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    url = make_url(server).set(database=name).render_as_string(hide_password=False)
    opened = create_store(url, tmp_path)
    yield opened
    opened.close()
    _run_sql(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[BoundaryStore]:
    """Open an empty store on SQLite, for tests of what lies above the store."""
    opened = create_store(_sqlite(tmp_path), tmp_path)
    yield opened
    opened.close()


def _sqlite(folder: Path) -> str:
    url = f"sqlite:///{folder / 'store.sqlite'}"
    upgrade(url)
    return url


Define = Callable[..., LayerDefinition]


@pytest.fixture
def define() -> Define:
    """Make a definition; keywords ``layer__name`` set the key ``name`` of the section ``layer``."""

    def make(key: str = "district", **changes: object) -> LayerDefinition:
        data: dict[str, dict[str, object]] = {
            "layer": {"key": key, "name": "图层", "kind": key, "role": "partition"},
            "source": {"datum": "CGCS2000"},
            "fields": {"code": "code", "name": "name"},
            "edition": {"label": "示范", "valid_from": "2026-01-01", "legal_status": "推定"},
        }
        for name, value in changes.items():
            section, _, entry = name.partition("__")
            data.setdefault(section, {})[entry] = value
        return parse_definition(data)

    return make


@pytest.fixture
def city(define: Define) -> Callable[[BoundaryStore], BoundaryStore]:
    """Fill a store: two districts of two townships each, side by side, and two estates.

    Each township is 0.01 degrees wide, from 116.40 to 116.44 and 39.90 to 39.91; the estates
    overlap in 116.404 to 116.406.
    """

    def fill(store: BoundaryStore) -> BoundaryStore:
        edges = (116.40, 116.41, 116.42, 116.43, 116.44)
        strips = [shapely.box(west, 39.90, east, 39.91) for west, east in pairwise(edges)]
        halves = [shapely.union_all(strips[:2]), shapely.union_all(strips[2:])]
        store.import_rows(
            define("district"),
            AreaTable.build(["990101", "990102"], ["东湖区", "西湖区"], np.array(halves)),
        )
        codes = ["990101001", "990101002", "990102001", "990102002"]
        store.import_rows(
            define("township", layer__parent="district"),
            AreaTable.build(
                codes,
                ["甲街道", "乙街道", "丙街道", "丁镇"],
                np.array(strips),
                parent_codes=[code[:6] for code in codes],
                populations=[100, 200, np.nan, 400],
                attributes=[{"级别": "街道"}] * 3 + [{"级别": "镇"}],
            ),
        )
        estates = [
            shapely.box(116.402, 39.902, 116.406, 39.906),
            shapely.box(116.404, 39.902, 116.408, 39.906),
        ]
        store.import_rows(
            define("estate", layer__role="overlay"),
            AreaTable.build(
                ["E1", "E2"], ["一号院", "二号院"], np.array(estates), precedence=[20, 10]
            ),
        )
        return store

    return fill
