"""Settings: the only place that reads the environment.

Every field is one variable ``XIAQU_<NAME>``; ``docs/settings.md`` describes them all.
"""

import os
from pathlib import Path
from typing import Annotated, Self

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from xiaqu.errors import SettingsError

PREFIX = "XIAQU_"

# Read by the test suite and the benchmarks, not by the program.
TEST_VARIABLES = frozenset({"XIAQU_SHARED_DATA"})


_SHORTEST_KEY = 8


def default_data_dir() -> Path:
    """Return the folder of this user for data that programs keep."""
    return user_data_path("xiaqu", appauthor=False)


def named_keys(text: str) -> dict[str, str]:
    """Read ``name=key`` pairs, comma separated.

    Raises
    ------
    ValueError
        A pair has no name or a key of fewer than eight characters, or a name stands twice; says
        which by its place, never by its key.
    """
    named: dict[str, str] = {}
    for place, pair in enumerate((one for one in text.split(",") if one.strip()), start=1):
        name, _, key = (part.strip() for part in pair.partition("="))
        if not name or len(key) < _SHORTEST_KEY or name in named:
            msg = (
                f"pair {place} cannot be used: give name=key, each name once, "
                f"a key of {_SHORTEST_KEY} characters or more"
            )
            raise ValueError(msg)
        named[name] = key
    return named


class Settings(BaseSettings):
    """What can be set from outside, with its default.

    Notes
    -----
    Use :func:`read_settings`, which names a wrong value in one line. Nothing is created here:
    the store makes its own folders when it is first written.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="forbid", env_ignore_empty=True
    )

    data_dir: Annotated[
        Path, Field(description="Folder of the index files and of the embedded store.")
    ] = Field(default_factory=default_data_dir)
    database_url: Annotated[
        str,
        Field(description="The store, as an SQLAlchemy address; empty: SQLite in the data folder."),
    ] = ""
    host: Annotated[str, Field(min_length=1, description="Address to listen on.")] = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535, description="Port to listen on.")] = 8050
    workers: Annotated[
        int, Field(ge=1, le=256, description="Server processes; all map the same index files.")
    ] = 1
    reload_s: Annotated[
        float,
        Field(gt=0, le=3600, description="Seconds between looks for newly activated editions."),
    ] = 2.0
    log_level: Annotated[
        str,
        Field(
            pattern="^(critical|error|warning|info|debug)$",
            description="How much the server writes: critical, error, warning, info or debug.",
        ),
    ] = "info"

    show_phones: Annotated[
        bool,
        Field(description="Whether the work phones of posts may be shown to those who ask."),
    ] = False
    allow_writes: Annotated[
        bool,
        Field(description="Whether tickets and rulings may be recorded and changed over HTTP."),
    ] = False
    show_callers: Annotated[
        bool,
        Field(description="Whether callers may be looked at over HTTP; each look is recorded."),
    ] = False
    hotline_units: Annotated[
        str,
        Field(
            description=(
                "Codes of the units that take requests and call back, comma separated; they may "
                "look at every caller that is not hidden from them."
            ),
        ),
    ] = ""
    caller_key: Annotated[
        SecretStr,
        Field(
            description=(
                "Key of the digests that compare callers, 16 characters or more; empty: the file "
                "caller.key of the data folder, made once. Servers of one store share one key."
            ),
        ),
    ] = SecretStr("")
    open311: Annotated[
        bool, Field(description="Whether tickets are served by Open311 GeoReport v2, masked.")
    ] = False
    open311_keys: Annotated[
        SecretStr,
        Field(
            description=(
                "Who may send requests by Open311: name=key pairs, comma separated; empty: nobody."
            ),
        ),
    ] = SecretStr("")
    open311_jurisdiction: Annotated[
        str, Field(description="The only jurisdiction_id of Open311; empty: any is taken.")
    ] = ""
    open311_contact: Annotated[
        str, Field(description="Whom to ask for a key of Open311; shown in its discovery.")
    ] = ""
    national_tree: Annotated[
        Path | None,
        Field(description="File of the national tree of areas; empty: the installed package."),
    ] = None
    provider: Annotated[
        str,
        Field(
            description=(
                "Online address provider asked for what the gazetteer leaves open: amap, baidu, "
                "tianditu or geopy.<service>; empty: none."
            ),
        ),
    ] = ""
    provider_key: Annotated[SecretStr, Field(description="Key of the provider.")] = SecretStr("")
    provider_url: Annotated[
        str,
        Field(description="Address of the provider or of a gateway; empty: its public address."),
    ] = ""
    provider_city: Annotated[
        str, Field(description="City that the provider is asked about; empty: the whole country.")
    ] = ""
    provider_timeout_s: Annotated[
        float, Field(gt=0, le=60, description="Seconds to wait for the provider.")
    ] = 5.0
    provider_datum: Annotated[
        str, Field(description="Datum of the coordinates of a geopy.<service>.")
    ] = ""
    provider_options: Annotated[
        SecretStr, Field(description="Options of a geopy.<service> as a JSON object of text.")
    ] = SecretStr("")

    @field_validator("data_dir")
    @classmethod
    def _make_absolute(cls, folder: Path) -> Path:
        return folder.expanduser().absolute()

    @field_validator("open311_keys")
    @classmethod
    def _check_keys(cls, keys: SecretStr) -> SecretStr:
        named_keys(keys.get_secret_value())
        return keys

    @field_validator("database_url")
    @classmethod
    def _check_database_url(cls, url: str) -> str:
        # Plain postgresql:// would ask for psycopg2, which is not what is installed.
        for plain in ("postgresql://", "postgres://"):
            if url.startswith(plain):
                return "postgresql+psycopg://" + url.removeprefix(plain)
        if url and not url.startswith(("sqlite:///", "postgresql+psycopg://")):
            scheme = url.split(":", 1)[0]
            msg = f"scheme {scheme!r} is not supported: use postgresql:// or sqlite:///"
            raise ValueError(msg)
        return url

    @model_validator(mode="after")
    def _place_embedded_store(self) -> Self:
        if not self.database_url:
            # The model is frozen for its users, not for its own completion.
            object.__setattr__(self, "database_url", f"sqlite:///{self.data_dir / 'xiaqu.sqlite'}")
        return self


def read_settings() -> Settings:
    """Read the settings from the environment.

    Raises
    ------
    SettingsError
        A value cannot be used; names the variable, the value and what would be right.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + "_".join(str(part) for part in first["loc"]).upper()
        value = first["input"]
        if name == PREFIX + "DATABASE_URL":
            value = str(value).rsplit("@", 1)[-1]  # never repeat a password
        elif Settings.model_fields[str(first["loc"][0])].annotation is SecretStr:
            value = "***"
        raise SettingsError(name, value, first["msg"].removeprefix("Value error, ")) from None


def unknown_variables() -> tuple[str, ...]:
    """Name the ``XIAQU_`` variables of the environment that nothing reads."""
    known = {PREFIX + field.upper() for field in Settings.model_fields} | TEST_VARIABLES
    return tuple(sorted(key for key in os.environ if key.startswith(PREFIX) and key not in known))
