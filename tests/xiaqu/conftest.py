"""A tiny demo city, loaded once for all tests of the command line and of files."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from boundaries.locator import Locator, load_locator
from boundaries.store import BoundaryStore
from xiaqu.cli import main
from xiaqu.compose import open_store
from xiaqu.settings import read_settings


@pytest.fixture(scope="session")
def small_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a national tree of one other city: the whole country takes seconds to build."""
    tree = tmp_path_factory.mktemp("tree") / "tree.txt"
    tree.write_text("浙江省\t330000\t浙江\n\t舟山市\t330900\t舟山\n", encoding="utf-8")
    return tree


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory, small_tree: Path) -> Path:
    """Load the tiny city into an SQLite store; give its data folder."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XIAQU_DATA_DIR", str(home))
        patch.setenv("XIAQU_NATIONAL_TREE", str(small_tree))
        patch.delenv("XIAQU_DATABASE_URL", raising=False)
        assert main(["demo", "--scale", "tiny", "--no-serve"]) == 0
    return home


@pytest.fixture(scope="session")
def demo_store(demo_home: Path) -> Iterator[BoundaryStore]:
    """Store of the tiny city."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XIAQU_DATA_DIR", str(demo_home))
        patch.delenv("XIAQU_DATABASE_URL", raising=False)
        store = open_store(read_settings())
    yield store
    store.close()


@pytest.fixture(scope="session")
def locator(demo_store: BoundaryStore) -> Locator:
    """Locator of the tiny city."""
    return load_locator(demo_store)


@pytest.fixture
def at_home(demo_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point the settings at the tiny city."""
    monkeypatch.setenv("XIAQU_DATA_DIR", str(demo_home))
    monkeypatch.delenv("XIAQU_DATABASE_URL", raising=False)
    return demo_home
