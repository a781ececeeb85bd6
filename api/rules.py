"""``/v1/rules`` and ``/v1/posts``: rule books, the dispatch catalogue, bodies and posts."""

from typing import Annotated, Any

import orjson
from fastapi import FastAPI, Query, Response
from starlette.concurrency import run_in_threadpool

from api import examples_rules as examples
from api.owner import PhonesFlag
from api.parameters import PROBLEM_RESPONSES, At
from api.representation import JSON
from api.schemas_rules import Bodies, BookList, BookTold, Catalogue, Posts
from api.state import Service
from governance.book.definition import Body, Category, Post
from governance.book.records import BookInfo
from governance.book.store import GovernanceStore
from governance.book.terms import BodyKind, PostKind, Step

_NO_STORE = {"cache-control": "no-store"}
_LEVEL_1, _LEVEL_2 = 2, 4

SearchText = Annotated[
    str, Query(max_length=100, description="在编码与名称中查找 / Find in codes and names")
]
AfterCode = Annotated[
    str, Query(max_length=100, description="从该编码之后继续 / Go on after this code")
]
RowLimit = Annotated[int, Query(ge=1, le=1000, description="最多条数 / Most rows")]
Filter = Annotated[str | None, Query(max_length=200)]


def _book(info: BookInfo) -> dict[str, Any]:
    return {
        "id": info.id,
        "label": info.label,
        "state": info.state,
        "valid_from": info.valid_from,
        "valid_to": info.valid_to,
        "recorded_at": info.recorded_at,
        "activated_at": info.activated_at,
        "retired_at": info.retired_at,
        "authority": info.authority,
        "source": info.source,
        "legal_basis": info.legal_basis,
        "generated": info.generated,
        "layers": info.layers,
        "counts": info.counts,
        "hash": info.hash,
    }


def _entry(entry: Category) -> dict[str, Any]:
    return {
        "code": entry.code,
        "name": entry.level_3,
        "path": entry.path,
        "response_level": entry.response_level,
        "steps": [step.value for step in Step if step in entry.steps],
        "function": entry.function or None,
        "tier": entry.tier,
        "asset_classes": entry.asset_classes,
        "needs_asset": entry.needs_asset,
        "duty_item": entry.duty_item or None,
        "valid_from": entry.valid_from,
        "valid_to": entry.valid_to,
    }


def catalogue_tree(categories: tuple[Category, ...], search: str) -> list[dict[str, Any]]:
    """Put entries into their three levels, those that a search finds, in the order of codes."""
    wanted = search.strip().lower()
    tree: dict[str, dict[str, Any]] = {}
    for entry in sorted(categories, key=lambda row: row.code):
        if wanted and not entry.code.startswith(wanted) and wanted not in entry.path.lower():
            continue
        first = tree.setdefault(
            entry.code[:_LEVEL_1],
            {"code": entry.code[:_LEVEL_1], "name": entry.level_1, "children": {}},
        )
        second = first["children"].setdefault(
            entry.code[:_LEVEL_2],
            {"code": entry.code[:_LEVEL_2], "name": entry.level_2, "children": []},
        )
        second["children"].append(_entry(entry))
    return [first | {"children": list(first["children"].values())} for first in tree.values()]


def _catalogue(service: Service, search: str) -> bytes:
    resolver = service.require_resolver()
    tree = catalogue_tree(resolver.categories, search)
    n = sum(len(second["children"]) for first in tree for second in first["children"])
    return orjson.dumps({"book": resolver.context["book"], "n": n, "catalogue": tree})


def _body(body: Body) -> dict[str, Any]:
    return {
        "code": body.code,
        "name": body.name,
        "kind": body.kind.value,
        "parent": body.parent or None,
        "area": body.area or None,
        "function": body.function or None,
        "phone": body.phone or None,
        "email": body.email or None,
        "valid_from": body.valid_from,
        "valid_to": body.valid_to,
    }


def _bodies(service: Service, kind: BodyKind | None, search: str, after: str, limit: int) -> bytes:
    resolver = service.require_resolver()
    found = [
        body
        for body in sorted(resolver.book.bodies, key=lambda row: row.code)
        if (kind is None or body.kind is kind)
        and (search in body.name or body.code.startswith(search))
        and body.code > after
    ]
    shown = found[:limit]
    return orjson.dumps(
        {
            "book": resolver.context["book"],
            "bodies": [_body(body) for body in shown],
            "next": shown[-1].code if len(found) > limit else None,
        }
    )


def _post(post: Post, *, show_phones: bool) -> dict[str, Any]:
    written = {
        "code": post.code,
        "kind": post.kind.value,
        "layer": post.layer,
        "area": post.area,
        "holder": post.holder or None,
        "body": post.body or None,
        "valid_from": post.valid_from,
        "valid_to": post.valid_to,
    }
    return written | {"phone": post.phone or None} if show_phones else written


def _posts(service: Service, filters: dict[str, Any], limit: int, *, show_phones: bool) -> bytes:
    kept = GovernanceStore(service.require_store())
    info = kept.active()
    found = kept.posts(info.id, **filters, limit=limit + 1)
    shown = found[:limit]
    return orjson.dumps(
        {
            "book": info.id,
            "posts": [_post(post, show_phones=show_phones) for post in shown],
            "next": shown[-1].code if len(found) > limit else None,
        }
    )


def _books(service: Service) -> bytes:
    kept = GovernanceStore(service.require_store())
    return orjson.dumps({"books": [_book(info) for info in kept.books()]})


def _one_book(service: Service, book: str) -> bytes:
    kept = GovernanceStore(service.require_store())
    return orjson.dumps(_book(kept.active() if book == "active" else kept.info(book)))


def _responses(model: type, example: object) -> dict[int | str, dict[str, Any]]:
    return {200: {"model": model, "content": {JSON: {"example": example}}}, **PROBLEM_RESPONSES}


def _json(body: bytes) -> Response:
    return Response(body, media_type=JSON, headers=_NO_STORE)


def add_rule_routes(app: FastAPI, service: Service) -> None:
    """Register the routes below ``/v1/rules``, and ``/v1/posts``."""
    _add_book_routes(app, service)
    _add_content_routes(app, service)
    _add_post_route(app, service)


def _add_book_routes(app: FastAPI, service: Service) -> None:
    @app.get(
        "/v1/rules/books",
        tags=["rules"],
        summary="规则册 / Rule books",
        description="由旧到新，含草稿与停用的。\n\nOldest first, drafts and retired ones too.",
        response_model=None,
        responses=_responses(BookList, examples.BOOKS),
    )
    async def books() -> Response:
        return _json(await run_in_threadpool(_books, service))

    @app.get(
        "/v1/rules/books/{book}",
        tags=["rules"],
        summary="一册规则 / One rule book",
        description="编号，或 active 指启用的一册。\n\nAn id, or `active` for the active one.",
        response_model=None,
        responses=_responses(BookTold, examples.BOOK),
    )
    async def one_book(book: str) -> Response:
        return _json(await run_in_threadpool(_one_book, service, book))


def _add_content_routes(app: FastAPI, service: Service) -> None:
    @app.get(
        "/v1/rules/categories",
        tags=["rules"],
        summary="派单目录 / The dispatch catalogue",
        description=(
            "在用规则册的三级目录；q 按编码开头或名称筛选。\n\n"
            "Three levels of the book in use; `q` keeps codes that begin with it and paths that"
            " hold it."
        ),
        response_model=None,
        responses=_responses(Catalogue, examples.CATALOGUE),
    )
    async def categories(q: SearchText = "") -> Response:
        return _json(await run_in_threadpool(_catalogue, service, q))

    @app.get(
        "/v1/rules/bodies",
        tags=["rules"],
        summary="责任主体 / Bodies",
        description="在用规则册的主体。\n\nBodies of the book in use, in the order of codes.",
        response_model=None,
        responses=_responses(Bodies, examples.BODIES),
    )
    async def bodies(
        kind: BodyKind | None = None,
        q: SearchText = "",
        after: AfterCode = "",
        limit: RowLimit = 200,
    ) -> Response:
        return _json(await run_in_threadpool(_bodies, service, kind, q, after, limit))


def _add_post_route(app: FastAPI, service: Service) -> None:
    @app.get(
        "/v1/posts",
        tags=["rules"],
        summary="岗位 / Posts",
        description=(
            "在用规则册的岗位，可按图层、区域、种类、主体、是否空缺与日期筛选；电话须服务许可。\n\n"
            "Posts of the active book; `vacant=true` lists those without a holder. Work phones are"
            " shown where the service permits and `phones=true` asks for them."
        ),
        response_model=None,
        responses=_responses(Posts, examples.POSTS),
    )
    async def posts(  # noqa: PLR0913, PLR0917 - one parameter for each filter
        layer: Filter = None,
        area: Filter = None,
        kind: PostKind | None = None,
        body: Filter = None,
        vacant: bool | None = None,  # noqa: FBT001 - a parameter of the query
        at: At = None,
        after: AfterCode = "",
        limit: RowLimit = 200,
        phones: PhonesFlag = False,  # noqa: FBT002 - a parameter of the query
    ) -> Response:
        filters = {
            "layer": layer,
            "area": area,
            "kind": kind,
            "body": body,
            "vacant": vacant,
            "at": at,
            "after": after,
        }
        show = phones and service.show_phones
        return _json(await run_in_threadpool(_posts, service, filters, limit, show_phones=show))
