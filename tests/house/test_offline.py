"""Nothing reaches beyond this machine while the program runs."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

GUARD = """
import os, sys

LOG = os.environ["OFFLINE_GUARD_LOG"]
LOOPBACK = {"127.0.0.1", "::1", "localhost", "0.0.0.0", "::", "", None}

def guard(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        if not isinstance(address, tuple) or address[0] in LOOPBACK:
            return
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        address = (arguments[0],)
        if address[0] in LOOPBACK or address[0] in (b"localhost", b"127.0.0.1"):
            return
    elif event in ("urllib.Request",):
        address = (arguments[0],)
    else:
        return
    with open(LOG, "a") as log:
        log.write(f"{event} {address!r}\\n")
    raise PermissionError(f"{event} {address!r} would leave this machine")

sys.addaudithook(guard)
"""

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Give the environment of a process that may only speak to itself."""
    folder = tmp_path_factory.mktemp("offline")
    (folder / "sitecustomize.py").write_text(GUARD, encoding="utf-8")
    (folder / "guard.log").touch()
    return {
        **{key: value for key, value in os.environ.items() if not key.startswith("XIAQU_")},
        "PYTHONPATH": str(folder),
        "OFFLINE_GUARD_LOG": str(folder / "guard.log"),
        "XIAQU_DATA_DIR": str(folder / "data"),
    }


def xiaqu(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("xiaqu"), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_the_guard_stops_what_would_leave_the_machine(guarded: dict[str, str]) -> None:
    attempt = "import socket; socket.create_connection(('192.0.2.1', 9), timeout=1)"
    log = Path(guarded["OFFLINE_GUARD_LOG"])
    tried = subprocess.run(
        [sys.executable, "-c", attempt], env=guarded, capture_output=True, text=True, check=False
    )
    assert "would leave this machine" in tried.stderr
    assert "192.0.2.1" in log.read_text(encoding="utf-8")
    log.write_text("", encoding="utf-8")


def test_demo_locate_assign_geocode_and_serve_stay_on_the_machine(
    guarded: dict[str, str], tmp_path: Path
) -> None:
    made = xiaqu(guarded, "demo", "--scale", "tiny", "--no-serve")
    assert made.returncode == 0, made.stderr
    place = made.stderr.split("xiaqu locate ")[1].split()[:2]

    located = xiaqu(guarded, "locate", *place, "--json")
    assert located.returncode == 0, located.stderr
    assert json.loads(located.stdout)["chain"][-1]["code"]

    table = tmp_path / "in.csv"
    table.write_text("lon,lat\n" + ",".join(place) + "\n", encoding="utf-8")
    assigned = xiaqu(guarded, "assign", str(table), str(tmp_path / "out.csv"))
    assert assigned.returncode == 0, assigned.stderr

    built = xiaqu(guarded, "gazetteer", "build")
    assert built.returncode == 0, built.stderr
    # Not in any gazetteer: the case for which an online provider would be asked, were one named.
    read = xiaqu(guarded, "geocode", "新琉璃光小区3号楼", "--json")
    assert read.returncode == 0, read.stderr
    assert json.loads(read.stdout)["decision"] != "accepted"
    tickets = tmp_path / "tickets.csv"
    tickets.write_text("主要内容\n新琉璃光小区3号楼\n", encoding="utf-8")
    words = ("--address-column", "主要内容")
    placed = xiaqu(guarded, "assign", str(tickets), str(tmp_path / "placed.csv"), *words)
    assert placed.returncode == 0, placed.stderr

    assert serve_one(guarded, place) == 200
    assert Path(guarded["OFFLINE_GUARD_LOG"]).read_text(encoding="utf-8") == ""


def serve_one(environment: dict[str, str], place: list[str]) -> int:
    """Serve, ask once, stop; return the status."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [Path(sys.executable).with_name("xiaqu"), "serve", "--port", str(port)]
    url = f"http://127.0.0.1:{port}/v1/locate?lon={place[0]}&lat={place[1]}"
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as server:
        try:
            for _ in range(300):
                try:
                    with urllib.request.urlopen(url, timeout=5) as answer:
                        return int(answer.status)
                except OSError:
                    assert server.poll() is None, "the server ended by itself"
                    time.sleep(0.2)
        finally:
            server.terminate()
    return 0
