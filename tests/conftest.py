"""Fixtures shared by all tests: real data, and stores on SQLite and on PostgreSQL with PostGIS."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import settings
from sqlalchemy import text
from sqlalchemy.engine import make_url

from boundaries.engine import create_store_engine
from boundaries.gazetteer.national import NationalTree, read_national_tree
from boundaries.store import BoundaryStore, create_store, upgrade

SERVER_URL = "XIAQU_TEST_POSTGRES_URL"
MISSING = (
    "no PostGIS: install the Debian packages postgresql and postgresql-15-postgis-3, "
    f"or give a server by {SERVER_URL}"
)
_names = count()

# A busy machine is no failure: examples have no time limit. The rest stays as Hypothesis sets it,
# which under CI is one fixed set of examples.
settings.register_profile("xiaqu", settings.default, deadline=None)
settings.load_profile("xiaqu")


def stop_for_lack(reason: str) -> NoReturn:
    """End a test for lack of what it needs: it is skipped loudly, and fails under CI."""
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the real data sets."""
    default = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("XIAQU_SHARED_DATA", default))
    if folder.is_dir():
        return folder
    stop_for_lack(f"no real data at {folder}; set XIAQU_SHARED_DATA to their folder")


@pytest.fixture(scope="session")
def national_tree() -> NationalTree:
    """National tree of areas, as it is installed."""
    tree = read_national_tree()
    if tree is None:
        stop_for_lack("no national tree of areas; install requirements-data.lock")
    return tree


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what takes long first, so that no worker waits for another one at the end."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end what was not tested: a skip among many dots goes unseen.

    The reports are asked, not the tests: with several workers these ran in other processes.
    """
    reasons = Counter(
        report.longrepr[2].removeprefix("Skipped: ")
        for report in terminalreporter.stats.get("skipped", [])
        if isinstance(report.longrepr, tuple)
    )
    if reasons:
        terminalreporter.section("NOT TESTED", red=True, bold=True)
    for reason, n_tests in reasons.items():
        terminalreporter.line(f"{n_tests} skipped: {reason}", red=True, bold=True)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """URL of a server on which databases may be created."""
    if given := os.environ.get(SERVER_URL):
        yield given
        return
    bin_dir = _find_server()
    if bin_dir is None:
        stop_for_lack(MISSING)
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


OpenStore = Callable[[str, Path], AbstractContextManager[BoundaryStore]]


@pytest.fixture(scope="session")
def open_store(request: pytest.FixtureRequest) -> OpenStore:
    """Open an empty store with all tables on ``sqlite`` or ``postgis``, with a data folder."""

    @contextmanager
    def opened(kind: str, folder: Path) -> Iterator[BoundaryStore]:
        if kind == "sqlite":
            store = create_store(_sqlite(folder), folder)
            yield store
            store.close()
            return
        server: str = request.getfixturevalue("postgres_url")
        template: str = request.getfixturevalue("migrated_template")
        name = f"xiaqu_test_{os.getpid()}_{next(_names)}"
        _run_sql(server, f"CREATE DATABASE {name} TEMPLATE {template}")
        url = make_url(server).set(database=name).render_as_string(hide_password=False)
        store = create_store(url, folder)
        yield store
        store.close()
        _run_sql(server, f"DROP DATABASE {name} WITH (FORCE)")

    return opened


@pytest.fixture(params=["sqlite", pytest.param("postgis", marks=pytest.mark.postgis)])
def store(
    request: pytest.FixtureRequest, open_store: OpenStore, tmp_path: Path
) -> Iterator[BoundaryStore]:
    """Open an empty store with all tables, once on SQLite and once on PostGIS."""
    with open_store(request.param, tmp_path) as opened:
        yield opened


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
