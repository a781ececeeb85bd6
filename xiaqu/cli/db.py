"""``xiaqu db``: the tables of the store."""

import typer

from boundaries.migrate import upgrade
from xiaqu.cli.console import note
from xiaqu.settings import read_settings

db_app = typer.Typer(help="数据库 · The tables of the store", no_args_is_help=True)


@db_app.callback()
def group() -> None:
    """数据库 · The tables of the store."""


@db_app.command("upgrade")
def upgrade_store() -> None:
    """建立或升级数据表 · Create the tables, or bring them to this version."""
    upgrade(read_settings().database_url)
    note("数据表已是最新 · The tables are up to date")
