"""Environments of the peers: apart from the project's, made once from a lock file and kept."""

import hashlib
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import platformdirs

from bench.cluster import MissingPeerError
from bench.console import progress

LOCKS = Path(__file__).parent / "peers"
ROOT = Path(__file__).parents[2]
TIMEOUT_S = 900
COMPLETE = "complete"


def find_interpreter(peer: str, cache: Path | None = None) -> Path:
    """Return the interpreter of a peer's environment, which is made where it is missing.

    Parameters
    ----------
    peer
        Name of a lock file beside the peers' modules.
    cache
        Folder of the environments; None for that of the user.

    Returns
    -------
    Path
        Python with everything that the lock file lists.

    Raises
    ------
    MissingPeerError
        It cannot be made; the last line of what the installer said is in the message.

    Notes
    -----
    The name of the folder holds the digest of the lock file, so that a changed lock file gets a
    new environment. Half a minute the first time, over the network or a mirror that pip knows.
    """
    lock = LOCKS / f"{peer}.lock"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()[:12]
    version = "".join(platform.python_version_tuple()[:2])
    cache = cache or platformdirs.user_cache_path("xiaqu") / "bench"
    folder = cache / f"{peer}-{digest}-py{version}"
    python = folder / "bin" / "python"
    if (folder / COMPLETE).exists() and python.exists():
        return python
    progress.print(f"{peer}: making its environment")
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    _install(peer, [sys.executable, "-m", "venv", str(folder)])
    pip = (str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    _install(peer, [*pip, "--require-hashes", "-r", str(lock)])
    (folder / COMPLETE).touch()
    return python


def installed_version(python: Path, peer: str) -> str:
    """Ask an environment for the version of its peer."""
    code = f"import importlib.metadata as m; print(m.version({peer!r}))"
    done = subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def _install(peer: str, command: list[str]) -> None:
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=TIMEOUT_S
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        message = f"{peer} cannot be installed: {error}"
        raise MissingPeerError(message) from error
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:] or ["no message"]
        message = f"{peer} cannot be installed: {said[0]}"
        raise MissingPeerError(message)
