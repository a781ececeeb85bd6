"""``xiaqu doctor``: is this installation well."""

import typer
from rich.table import Table

from xiaqu.cli.console import output
from xiaqu.doctor import Verdict, examine
from xiaqu.settings import read_settings

_MARKS = {
    Verdict.OK: "[green]正常 ok[/]",
    Verdict.WARNING: "[yellow]注意 warning[/]",
    Verdict.FAILURE: "[red]故障 failure[/]",
}


def doctor() -> None:
    """检查安装、数据库与索引 · Look over the installation, the store and the indexes."""
    table = Table(box=None, pad_edge=False)
    for heading in ("项目 check", "结果", "详情 detail", "处理 remedy"):
        table.add_column(heading, overflow="fold")
    failed = False
    for finding in examine(read_settings()):
        failed |= finding.verdict is Verdict.FAILURE
        table.add_row(finding.check, _MARKS[finding.verdict], finding.detail, finding.remedy)
    output().print(table)
    if failed:
        raise typer.Exit(1)
