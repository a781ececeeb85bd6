"""The command line ``xiaqu``: one module for each group of commands."""

from collections.abc import Sequence
from typing import Annotated

import typer

from api.errors import ApiError
from boundaries.errors import BoundaryError
from geo.errors import GeoError
from governance.errors import GovernanceError
from xiaqu.cli.assign import assign
from xiaqu.cli.boundaries import boundaries_app
from xiaqu.cli.console import fail, output
from xiaqu.cli.db import db_app
from xiaqu.cli.decisions import decisions_app
from xiaqu.cli.demo import demo
from xiaqu.cli.doctor import doctor
from xiaqu.cli.gazetteer import gazetteer_app
from xiaqu.cli.geocode import geocode
from xiaqu.cli.locate import LocateCommand, locate
from xiaqu.cli.owner import owner
from xiaqu.cli.rules import rules_app
from xiaqu.cli.serve import serve
from xiaqu.cli.tickets import tickets_app
from xiaqu.errors import XiaquError

EXPECTED_ERRORS = (
    XiaquError,
    BoundaryError,
    GovernanceError,
    GeoError,
    ApiError,
    typer.TyperException,
)


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - the signature that Typer calls
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415 - read only when asked for

        output().print(f"xiaqu {version('xiaqu')}")
        raise typer.Exit


def create_command_line() -> typer.Typer:
    """Put the commands together."""
    app = typer.Typer(
        help="辖区：一个地点属于谁 · Whose place is it: exact jurisdiction for cities",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    @app.callback()
    def root(
        *,
        _version: Annotated[
            bool,
            typer.Option(
                "--version", callback=_show_version, is_eager=True, help="版本 · Show the version"
            ),
        ] = False,
    ) -> None:
        """辖区：一个地点属于谁 · Whose place is it: exact jurisdiction for cities."""

    app.command("demo")(demo)
    app.add_typer(db_app, name="db")
    app.add_typer(boundaries_app, name="boundaries")
    app.add_typer(gazetteer_app, name="gazetteer")
    app.add_typer(rules_app, name="rules")
    app.add_typer(decisions_app, name="decisions")
    app.add_typer(tickets_app, name="tickets")
    app.command("locate", cls=LocateCommand)(locate)
    app.command("owner", cls=LocateCommand)(owner)
    app.command("assign")(assign)
    app.command("geocode")(geocode)
    app.command("serve")(serve)
    app.command("doctor")(doctor)
    return app


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    arguments
        Without the program's name; None for those of the process.

    Returns
    -------
    exit_code
        0 done; 1 the doctor found something, or interrupted output; 2 wrong input, with one line
        on standard error that names the value and what would be right.
    """
    try:
        code = create_command_line()(
            args=None if arguments is None else list(arguments),
            prog_name="xiaqu",
            standalone_mode=False,
        )
    except EXPECTED_ERRORS as error:
        return fail(error.format_message() if isinstance(error, typer.TyperException) else error)
    except typer.Abort:
        return 1
    return code if isinstance(code, int) else 0
