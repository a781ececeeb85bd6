"""``xiaqu tickets review``: what waits for a person, and what the person says."""

import getpass
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any

import orjson
import typer
from rich.table import Table

from api.tickets_service import TicketService
from api.tickets_told import in_city, reasons_told, ticket_told
from boundaries.gazetteer.store import GazetteerStore
from governance.book.store import GovernanceStore
from governance.tickets.correcting import Corrector
from governance.tickets.corrections import (
    ChooseCandidate,
    Corrected,
    Correction,
    Dismiss,
    MovePin,
    SetCategory,
    SetOwner,
)
from governance.tickets.intake.reprocess import RETRIED
from governance.tickets.records import ReviewItem
from governance.tickets.terms import REVIEW_NAMES, EventKind, ReviewCode
from xiaqu.cli.console import note, output, progress_bars
from xiaqu.cli.tickets_options import JsonOption
from xiaqu.cli.tickets_show import head_lines
from xiaqu.settings import read_settings
from xiaqu.tickets.opening import open_service

__all__ = ["review"]

_QUEUE, _SAY = "队列 · The queue", "更正 · What is right"
_CODES = ", ".join(ReviewCode)


def review(  # noqa: PLR0913 - one parameter for each option
    *,
    ticket: Annotated[
        str,
        typer.Argument(
            metavar="[ID]", help="工单；不给则列出队列 · A ticket; none lists the queue"
        ),
    ] = "",
    reason: Annotated[
        list[str] | None,
        typer.Option(
            "--reason", metavar="CODE", help="原因，可重复 · Reason", rich_help_panel=_QUEUE
        ),
    ] = None,
    area: Annotated[
        tuple[str, str] | None,
        typer.Option("--area", metavar="LAYER CODE", help="区域 · Area", rich_help_panel=_QUEUE),
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", min=1, max=1000, help="条数 · Most", rich_help_panel=_QUEUE)
    ] = 20,
    retry: Annotated[
        bool,
        typer.Option(
            "--retry",
            help="新导入地名库、规则册等之后重试 · Take up again after something was imported",
            rich_help_panel=_QUEUE,
        ),
    ] = False,
    accept: Annotated[
        int | None,
        typer.Option(
            "--accept",
            metavar="N",
            min=1,
            help="采用第 N 个候选 · The Nth candidate",
            rich_help_panel=_SAY,
        ),
    ] = None,
    place: Annotated[
        tuple[float, float] | None,
        typer.Option("--place", metavar="LON LAT", help="地点 · The place", rich_help_panel=_SAY),
    ] = None,
    datum: Annotated[
        str,
        typer.Option(
            "--datum",
            help="--place 的坐标系，必给 · Of --place; never guessed",
            rich_help_panel=_SAY,
        ),
    ] = "",
    name: Annotated[
        str,
        typer.Option(
            "--name",
            help="并提议入地名库的名称 · Also propose this name to the gazetteer",
            rich_help_panel=_SAY,
        ),
    ] = "",
    category: Annotated[
        str,
        typer.Option(
            "--category", metavar="CODE|PATH", help="事项 · Category", rich_help_panel=_SAY
        ),
    ] = "",
    owner: Annotated[
        str,
        typer.Option(
            "--owner",
            metavar="CODE",
            help="责任主体，记为现场责任划分 · Body, as a ruling",
            rich_help_panel=_SAY,
        ),
    ] = "",
    document: Annotated[
        str,
        typer.Option(
            "--document",
            help="--owner 的依据文件 · What the ruling is written in",
            rich_help_panel=_SAY,
        ),
    ] = "",
    dismiss: Annotated[
        bool,
        typer.Option(
            "--dismiss", help="原因不成立，可配 --reason · Nothing to correct", rich_help_panel=_SAY
        ),
    ] = False,
    because: Annotated[
        str, typer.Option("--because", help="理由 · Why", rich_help_panel=_SAY)
    ] = "",
    by: Annotated[
        str,
        typer.Option("--by", metavar="NAME", help="经办人，默认登录名 · Who", rich_help_panel=_SAY),
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """列出待审工单，或审核一张 · List what waits for a person, or settle one ticket.

    不给编号列出队列；只给编号显示原因与候选；再给一个更正即审结。
    Without ID the queue, with ID reasons and candidates, with a correction it is settled.
    """
    codes = [_code(text) for text in reason or ()]
    corrections = list(
        _corrections(
            (accept, place, datum, name),
            (category, owner, document),
            tuple(codes) if dismiss else None,
            {"actor": by or getpass.getuser(), "because": because},
        )
    )
    _check(ticket, corrections, retry=retry)
    with progress_bars() as progress:
        service = open_service(read_settings(), progress)
        if retry:
            found = service.intake.reprocess(
                codes or RETRIED, now=datetime.now(UTC), progress=progress
            )
    if retry:
        _tell_retried(found, as_json=as_json)
    elif corrections:
        _tell_corrected(_corrector(service).correct(ticket, corrections[0]), as_json=as_json)
    elif ticket:
        _show_one(service, ticket, as_json=as_json)
    else:
        _show_queue(service, codes, area, limit, as_json=as_json)


def _code(text: str) -> ReviewCode:
    if text not in set(ReviewCode):
        message = f"--reason {text!r}: give one of {_CODES}"
        raise typer.BadParameter(message)
    return ReviewCode(text)


def _corrections(
    where: tuple[int | None, tuple[float, float] | None, str, str],
    what: tuple[str, str, str],
    dismissed: tuple[ReviewCode, ...] | None,
    who: dict[str, Any],
) -> Iterator[Correction]:
    accept, place, datum, name = where
    category, owner, document = what
    if accept is not None:
        yield ChooseCandidate(candidate=accept - 1, name=name, **who)
    if place is not None:
        if not datum:
            message = "--place: state what its numbers are: --datum CGCS2000, WGS-84, GCJ-02, BD-09"
            raise typer.BadParameter(message)
        yield MovePin(lon=place[0], lat=place[1], datum=datum, name=name, **who)
    if category:
        yield SetCategory(category=category, **who)
    if owner:
        yield SetOwner(body=owner, document=document, **who)
    if dismissed is not None:
        yield Dismiss(codes=dismissed, **who)


def _check(ticket: str, corrections: list[Correction], *, retry: bool) -> None:
    if len(corrections) > 1:
        message = "give one of --accept, --place, --category, --owner, --dismiss at a time"
        raise typer.BadParameter(message)
    if corrections and not ticket:
        message = "name the ticket that this is right for: xiaqu tickets review ID …"
        raise typer.BadParameter(message)
    if retry and (ticket or corrections):
        message = "--retry takes up the whole queue, or that of --reason; leave the ticket out"
        raise typer.BadParameter(message)


def _corrector(service: TicketService) -> Corrector:
    store = service.store.store
    return Corrector(
        service.desk,
        service.intake.examiner,
        governance=GovernanceStore(store),
        gazetteer=GazetteerStore(store),
    )


def _print_json(values: Any) -> None:  # noqa: ANN401 - JSON values
    output().out(orjson.dumps(values, option=orjson.OPT_INDENT_2).decode())


def _tell_retried(found: Any, *, as_json: bool) -> None:  # noqa: ANN401 - of the intake
    if as_json:
        _print_json(found)
        return
    output().print(
        f"看了 looked at {found.n_looked:,}，有变化 changed {found.n_changed:,}，"
        f"其中派单 dispatched {found.n_dispatched:,}，未动 left {found.n_left:,}"
    )


def _tell_corrected(done: Corrected, *, as_json: bool) -> None:
    if as_json:
        told = ticket_told(done.ticket, datetime.now(UTC))
        _print_json({"ticket": told, "ruling": done.ruling, "gazetteer": done.gazetteer})
        return
    out = output()
    for line in head_lines(done.ticket):
        out.print(line, markup=False, soft_wrap=True)
    if done.ruling:
        note(f"已记现场责任划分 · ruling: {done.ruling}")
    if done.gazetteer:
        note(f"已提议入地名库 · proposed to the gazetteer: {done.gazetteer}")


def _show_one(service: TicketService, ticket: str, *, as_json: bool) -> None:
    found = service.store.ticket(ticket)
    candidates: list[dict[str, Any]] = []
    for event in service.store.events(ticket):
        if event.kind is EventKind.REVIEW_OPENED:
            candidates = event.data.get("candidates") or candidates
    if as_json:
        told = ticket_told(found, service.now())
        reasons = reasons_told(found.review)
        _print_json({"ticket": told, "reasons": reasons, "candidates": candidates})
        return
    out = output()
    for line in head_lines(found):
        out.print(line, markup=False, soft_wrap=True)
    for number, one in enumerate(candidates, start=1):
        body = f" -> {one.get('body_name') or one.get('body')}" if one.get("body") else ""
        sure = f"{one['confidence']:.2f}" if one.get("confidence") is not None else "-"
        near = f"{sure}, ±{one.get('accuracy_m') or 0:.0f} m"
        text = f"{number:>3}  {one.get('label', '')} ({near}){body}"
        out.print(text, markup=False, soft_wrap=True)
        if one.get("why_zh"):
            out.print(f"     {one['why_zh']}", markup=False, soft_wrap=True)
    if not found.review:
        note("此单不待审 · it does not wait for a person")


def _show_queue(
    service: TicketService,
    codes: list[ReviewCode],
    area: tuple[str, str] | None,
    limit: int,
    *,
    as_json: bool,
) -> None:
    counts = service.store.review_counts()
    items: list[ReviewItem] = []
    wanted: list[ReviewCode | None] = [*codes] or [None]
    for code in wanted:
        page = service.store.review_items(code=code, area=area, limit=limit)
        items += [one for one in page.items if one.ticket.id not in {x.ticket.id for x in items}]
    items = sorted(items, key=lambda one: one.opened_at)[:limit]
    if as_json:
        told = [
            {
                "ticket": ticket_told(one.ticket, service.now()),
                "reasons": reasons_told(one.reasons),
                "candidates": one.candidates,
                "opened_at": in_city(one.opened_at),
            }
            for one in items
        ]
        _print_json({"counts": counts, "items": told})
        return
    out = output()
    for key, count in sorted(counts.items(), key=lambda item: -item[1]):
        zh, en = REVIEW_NAMES[ReviewCode(key)]
        out.print(f"{zh} {en} ({key}): {count:,}", markup=False)
    table = Table(box=None, pad_edge=False)
    for heading in (
        "编号 id",
        "来源 number",
        "等候自 since",
        "原因 reasons",
        "候选 candidates",
        "事项 about",
    ):
        table.add_column(heading, overflow="fold")
    for one in items:
        table.add_row(
            one.ticket.id,
            one.ticket.external_id,
            f"{in_city(one.opened_at):%Y-%m-%d %H:%M}",
            "、".join(REVIEW_NAMES[ReviewCode(each["code"])][0] for each in one.reasons),
            str(len(one.candidates)),
            one.ticket.category_given or one.ticket.title,
        )
    out.print(table)
