"""Rules of the repository that no other tool checks."""

import importlib.metadata
import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("geo", "boundaries", "governance", "api", "dashboard", "xiaqu")
MOST_LINES = 400
# Written in two parts so that this file does not hold what it looks for.
REGISTRY_HOSTS = tuple(
    "".join(parts)
    for parts in (
        ("pypi", ".org"),
        ("files.python", "hosted.org"),
        ("registry.", "npmjs"),
        ("mirrors.", "aliyun"),
        ("tuna.", "tsinghua"),
        ("unpkg", ".com"),
        ("jsdelivr", ".net"),
    )
)


def project_files() -> list[Path]:
    """List what is or would be in git."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def text_of(path: Path) -> str:
    return path.read_bytes().decode("utf-8", errors="replace")


def existing_packages() -> list[str]:
    return [name for name in PACKAGES if (ROOT / name / "__init__.py").is_file()]


@pytest.mark.parametrize("name", existing_packages())
def test_each_package_name_resolves_to_this_checkout(name: str) -> None:
    found = importlib.util.find_spec(name)
    assert found is not None
    assert found.origin is not None
    assert Path(found.origin).resolve() == (ROOT / name / "__init__.py").resolve()


@pytest.mark.parametrize("name", PACKAGES)
def test_no_other_distribution_claims_a_package_name(name: str) -> None:
    claimants = importlib.metadata.packages_distributions().get(name, [])
    assert set(claimants) <= {"xiaqu"}


def test_imports_point_downwards() -> None:
    checked = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_no_file_names_a_folder_of_the_machine_it_was_written_on() -> None:
    folders = [str(folder) + "/" for folder in (ROOT.parent, Path.home()) if folder != Path("/")]
    offenders = [
        f"{path.relative_to(ROOT)}: {folder}"
        for path in project_files()
        for folder in folders
        if folder in text_of(path)
    ]
    assert offenders == []


def test_no_file_names_a_package_registry() -> None:
    offenders = [
        f"{path.relative_to(ROOT)}: {host}"
        for path in project_files()
        for host in REGISTRY_HOSTS
        if host in text_of(path)
    ]
    assert offenders == []


def test_lock_files_have_hashes_and_no_address() -> None:
    locks = sorted(ROOT.glob("requirements*.lock"))
    assert [lock.name for lock in locks] == [
        "requirements-bench.lock",
        "requirements-data.lock",
        "requirements-dev.lock",
        "requirements.lock",
    ]
    for lock in locks:
        text = text_of(lock)
        assert "://" not in text
        pins = re.findall(r"^[a-z0-9][^ ]*==", text, re.MULTILINE)
        assert pins
        for block in re.split(r"\n(?=\S)", text.strip()):
            assert "--hash=sha256:" in block, block.splitlines()[0]


def test_uv_lock_stays_out_of_git() -> None:
    assert "uv.lock" in (ROOT / ".gitignore").read_text().splitlines()


def test_folders_that_would_shadow_packages_have_no_init() -> None:
    assert not list((ROOT / "docker").rglob("__init__.py"))
    assert not list((ROOT / "tests").rglob("__init__.py"))


def test_modules_stay_short_enough_to_read() -> None:
    long = {
        str(path.relative_to(ROOT)): n_lines
        for path in project_files()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in PACKAGES
        if (n_lines := len(text_of(path).splitlines())) > MOST_LINES
    }
    assert long == {}


def test_no_module_has_a_name_that_says_nothing() -> None:
    vague = {"utils", "helpers", "common", "base", "manager", "core", "misc"}
    offenders = [
        str(path.relative_to(ROOT))
        for path in project_files()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in PACKAGES
        if vague & {path.stem, path.parent.name}
    ]
    assert offenders == []


def test_only_the_settings_read_the_environment() -> None:
    reads = re.compile(r"os\.environ|os\.getenv|environ\[|BaseSettings")
    offenders = [
        str(path.relative_to(ROOT))
        for path in project_files()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in PACKAGES
        if path != ROOT / "xiaqu" / "settings.py" and reads.search(text_of(path))
    ]
    assert offenders == []


def test_the_makefile_header_lists_every_target() -> None:
    makefile = text_of(ROOT / "Makefile")
    header = makefile.split("\n\n", 1)[0]
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony is not None
    internal = {"help", "services", "setup-bench"}
    for target in set(phony[1].split()) - internal:
        assert re.search(rf"^#   make {target}\s", header, re.MULTILINE), target


def test_python_versions_and_licence_are_stated_once_and_agree() -> None:
    assert 'requires-python = ">=3.11"' in text_of(ROOT / "pyproject.toml")
    assert "Apache License" in text_of(ROOT / "LICENSE")
