"""The container's own start and health commands, run without a container engine."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "docker" / "Dockerfile").read_text(encoding="utf-8")
START_LIMIT_S = 60.0


def instruction(name: str) -> list[str]:
    """Return the JSON words of an instruction of the Dockerfile."""
    found = re.search(rf"^\s*{name} (\[.*\])$", DOCKERFILE, re.MULTILINE)
    assert found is not None, name
    words = json.loads(found[1])
    assert isinstance(words, list)
    return words


def entrypoint() -> Path:
    """Return the file of the repository that the image starts with."""
    (installed,) = instruction("ENTRYPOINT")
    copied = re.search(rf"^COPY (\S+) {re.escape(installed)}$", DOCKERFILE, re.MULTILINE)
    assert copied is not None
    return ROOT / copied[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def started(environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([entrypoint()], env=environment, stderr=subprocess.PIPE)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=20)
        if process.stderr is not None:
            process.stderr.close()


def wait_for(url: str, process: subprocess.Popen[bytes]) -> int:
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            assert process.stderr is not None
            pytest.fail(f"ended with {process.returncode}: {process.stderr.read().decode()}")
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - loopback
                return int(answer.status)
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"no answer from {url} within {START_LIMIT_S} s")


def test_the_start_command_brings_up_a_healthy_service_on_an_empty_store(tmp_path: Path) -> None:
    port = free_port()
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "XIAQU_DATA_DIR": str(tmp_path / "data"),
        "XIAQU_PORT": str(port),
    }
    with started(environment) as process:
        assert wait_for(f"http://127.0.0.1:{port}/healthz", process) == 200
        check = instruction("CMD")  # of the HEALTHCHECK; the image has no other CMD
        healthy = subprocess.run(
            [sys.executable, *check[1:]], env=environment, capture_output=True, check=False
        )
        assert healthy.returncode == 0, healthy.stderr.decode()


def test_the_image_installs_by_hash_and_does_not_run_as_root() -> None:
    assert "--require-hashes -r requirements.lock" in DOCKERFILE
    user = re.search(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE)
    assert user is not None
    assert user[1] not in {"root", "0"}
    assert DOCKERFILE.index("USER ") < DOCKERFILE.index("ENTRYPOINT")


def test_the_image_gets_every_package_of_the_project() -> None:
    copied = set(re.findall(r"^COPY (\w+) \./\1$", DOCKERFILE, re.MULTILINE))
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages - {"bench"} == copied


def test_the_compose_file_has_no_password_and_waits_for_the_store() -> None:
    text = (ROOT / "docker" / "compose.yaml").read_text(encoding="utf-8")
    services = yaml.safe_load(text)["services"]
    assert services["store"]["environment"]["POSTGRES_PASSWORD"].startswith("${POSTGRES_PASSWORD:?")
    assert ":?" in services["service"]["environment"]["XIAQU_DATABASE_URL"]
    assert services["service"]["depends_on"]["store"]["condition"] == "service_healthy"
    assert "healthcheck" in services["store"]
    assert services["service"]["ports"][0].startswith("127.0.0.1:")
