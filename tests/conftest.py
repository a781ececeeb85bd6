"""Fixtures shared by all tests."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# A busy machine is no failure: examples have no time limit. The rest stays as Hypothesis sets it,
# which under CI is one fixed set of examples.
settings.register_profile("xiaqu", settings.default, deadline=None)
settings.load_profile("xiaqu")

_missing_data = pytest.StashKey[str]()


@pytest.fixture(scope="session")
def shared_data(request: pytest.FixtureRequest) -> Path:
    """Folder of the real data sets; without it a test is skipped loudly, and fails under CI."""
    default = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("XIAQU_SHARED_DATA", default))
    if folder.is_dir():
        return folder
    reason = f"no real data at {folder}; set XIAQU_SHARED_DATA to their folder"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    request.config.stash[_missing_data] = reason
    pytest.skip(reason)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say at the end that real data were missing: a skip among many dots goes unseen."""
    reason = config.stash.get(_missing_data, None)
    if reason is not None:
        terminalreporter.section("REAL DATA TESTS SKIPPED", red=True, bold=True)
        terminalreporter.line(reason)
