"""What the figures were measured on: processor, cores, versions, commit, load."""

import os
import platform
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = (
    "numpy",
    "numba",
    "shapely",
    "geopandas",
    "pandas",
    "pyarrow",
    "duckdb",
    "duckdb-extension-spatial",
    "sedonadb",
    "fastapi",
    "starlette",
    "uvicorn",
    "uvloop",
    "httptools",
    "asyncpg",
    "psycopg",
    "rapidfuzz",
    "pypinyin",
)


def describe_machine() -> dict[str, object]:
    """Describe the machine and the software that a benchmark runs on.

    Returns
    -------
    dict
        ``cpu``, ``cores`` (usable by this process), ``memory_gb``, ``python``, ``system``,
        ``versions`` by distribution (None where it is not installed), ``commit`` with ``dirty``,
        and ``load_average`` over 1, 5 and 15 minutes at the time of the call.
    """
    return {
        "cpu": _processor_name(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": _memory_gb(),
        "python": platform.python_version(),
        "system": platform.platform(),
        "versions": {name: _version_of(name) for name in PACKAGES},
        "commit": _git("rev-parse", "--short", "HEAD"),
        "dirty": bool(_git("status", "--porcelain", "--untracked-files=no")),
        "load_average": load_average(),
    }


def load_average() -> list[float]:
    """Return the load average over 1, 5 and 15 minutes."""
    return [round(load, 2) for load in os.getloadavg()]


def _version_of(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def _processor_name() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def _memory_gb() -> float:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)


def _git(*arguments: str) -> str:
    git = shutil.which("git")
    if git is None:
        return ""
    done = subprocess.run(
        [git, *arguments],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip()
