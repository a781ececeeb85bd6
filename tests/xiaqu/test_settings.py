"""Settings: read from the environment once, wrong ones named in one line."""

from pathlib import Path

import pytest

from xiaqu.errors import SettingsError
from xiaqu.settings import read_settings, unknown_variables


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("DATABASE_URL", "PORT", "HOST", "WORKERS", "LOG_LEVEL", "RELOAD_S"):
        monkeypatch.delenv(f"XIAQU_{name}", raising=False)
    monkeypatch.setenv("XIAQU_DATA_DIR", str(tmp_path))


def test_the_default_store_is_an_sqlite_file_in_the_data_folder(tmp_path: Path) -> None:
    settings = read_settings()
    assert settings.database_url == f"sqlite:///{tmp_path / 'xiaqu.sqlite'}"
    assert settings.port == 8050


def test_reading_settings_creates_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XIAQU_DATA_DIR", str(tmp_path / "new"))
    read_settings()
    assert not (tmp_path / "new").exists()


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIAQU_PORT", "")
    assert read_settings().port == 8050


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_uses_the_installed_driver(
    monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    monkeypatch.setenv("XIAQU_DATABASE_URL", f"{scheme}://u@h/d")
    assert read_settings().database_url == "postgresql+psycopg://u@h/d"


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "70000"), ("PORT", "http"), ("WORKERS", "0"), ("LOG_LEVEL", "all")]
)
def test_a_wrong_value_names_the_variable_and_the_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"XIAQU_{name}", value)
    with pytest.raises(SettingsError) as caught:
        read_settings()
    assert caught.value.name == f"XIAQU_{name}"
    assert caught.value.value == value
    assert str(caught.value).startswith(f"XIAQU_{name}='{value}'")


def test_an_unsupported_store_is_refused_without_repeating_its_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("XIAQU_DATABASE_URL", "mysql://me:secret@host/city")
    with pytest.raises(SettingsError, match="mysql") as caught:
        read_settings()
    assert "secret" not in str(caught.value)


def test_a_misspelt_variable_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIAQU_PROT", "9000")
    assert "XIAQU_PROT" in unknown_variables()
    assert "XIAQU_DATA_DIR" not in unknown_variables()
