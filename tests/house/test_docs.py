"""The documents are complete: settings, errors, commands and targets."""

import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main

from geo.errors import GeoError
from xiaqu.cli import EXPECTED_ERRORS, create_command_line
from xiaqu.settings import PREFIX, TEST_VARIABLES, Settings

ROOT = Path(__file__).parents[2]
READMES = ("README.md", "README.zh-CN.md")
ERROR_MODULES = (
    "geo.errors",
    "boundaries.errors",
    "governance.errors",
    "governance.tickets.errors",
    "api.errors",
    "xiaqu.errors",
)


def document(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def error_classes() -> Iterator[type[Exception]]:
    for name in ERROR_MODULES:
        module = importlib.import_module(name)
        for _, kind in inspect.getmembers(module, inspect.isclass):
            if issubclass(kind, Exception) and kind.__module__ == name:
                yield kind


def shell_lines(name: str) -> list[str]:
    blocks = re.findall(
        r"^```(?:sh|console|bash)\n(.*?)^```", document(name), re.MULTILINE | re.DOTALL
    )
    return [line.removeprefix("$ ").strip() for block in blocks for line in block.splitlines()]


def test_the_settings_document_names_every_setting_and_no_other() -> None:
    described = set(re.findall(rf"(?m)^\| `({PREFIX}[A-Z0-9_]+)`", document("docs/settings.md")))
    assert described == {PREFIX + name.upper() for name in Settings.model_fields} | TEST_VARIABLES


def test_every_setting_says_what_it_is_for() -> None:
    for name, setting in Settings.model_fields.items():
        assert setting.description, name
        assert setting.description in document("docs/settings.md"), name


@pytest.mark.parametrize("kind", list(error_classes()), ids=lambda kind: kind.__qualname__)
def test_every_error_is_documented(kind: type[Exception]) -> None:
    assert kind.__doc__, kind
    assert f"`{kind.__name__}`" in document("docs/errors.md")
    module = inspect.getmodule(kind)
    assert module is not None
    assert kind.__name__ in (module.__doc__ or ""), "missing in the tree of its module"


def test_the_error_document_names_no_error_that_does_not_exist() -> None:
    known = {kind.__name__ for kind in error_classes()}
    named = set(re.findall(r"^\| `([A-Za-z]+Error)`", document("docs/errors.md"), re.MULTILINE))
    assert named <= known
    assert named


def test_every_error_is_also_a_built_in_kind_or_a_base() -> None:
    bases = {kind for kind in error_classes() if kind.__bases__ == (Exception,)}
    assert GeoError in bases
    for kind in set(error_classes()) - bases:
        assert any(issubclass(kind, base) for base in bases), kind


def test_the_command_line_turns_every_base_error_into_one_line() -> None:
    for kind in error_classes():
        assert issubclass(kind, EXPECTED_ERRORS), kind


@pytest.mark.parametrize("name", READMES)
def test_readme_targets_exist_in_the_makefile(name: str) -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", document("Makefile"), re.MULTILINE))
    used = {
        word
        for line in shell_lines(name)
        if line.startswith("make ")
        for word in line.split("#")[0].split()[1:]
        if "=" not in word
    }
    assert used
    assert used <= targets


@pytest.mark.parametrize("name", READMES)
def test_readme_commands_exist(name: str) -> None:
    root = typer.main.get_command(create_command_line())
    lines = [line for line in shell_lines(name) if re.match(r"(\S*/)?xiaqu ", line)]
    assert lines
    for line in lines:
        words = line.split()[1:]
        command = root
        while getattr(command, "commands", None):
            assert words[0] in command.commands, line  # type: ignore[attr-defined]
            command = command.commands[words.pop(0)]  # type: ignore[attr-defined]
        known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
        known |= {option for parameter in command.params for option in parameter.secondary_opts}
        assert {word for word in words if word.startswith("--") and len(word) > 2} <= known, line


def test_the_changelog_has_the_headings_of_this_project() -> None:
    text = document("CHANGELOG.md")
    assert "## [Unreleased]" in text
    assert "### Data" in text
    assert "### Results may differ" in text


@pytest.mark.parametrize(
    "name",
    [
        *READMES,
        "CONTRIBUTING.md",
        *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")),
    ],
)
def test_links_between_documents_lead_somewhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document(name)):
        assert ((ROOT / name).parent / target).exists(), target
