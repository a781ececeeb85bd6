"""``xiaqu rules posts``: which posts are there, which are to be filled, and where."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.table import Table

from boundaries.locator import today_in_china
from boundaries.store import BoundaryStore
from governance.book.definition import Post, RuleBook
from governance.book.terms import PostKind, Step
from governance.owner.compiled import valid_on
from governance.owner.grounds import Grounds, load_grounds
from xiaqu.cli.console import note, output, progress_bars
from xiaqu.cli.rules_check import BookOrFolder, DayOption, MapFile, find_or_read
from xiaqu.compose import open_store
from xiaqu.rules_map import Marks, check_map_path, write_map
from xiaqu.settings import read_settings

__all__ = ["marks_of_posts", "posts"]

_MANY, _SOME = 0.2, 0.05
_RED, _AMBER, _GREEN = "#B3264A", "#C77700", "#31A354"
_KINDS = {
    PostKind.GRID_INSTRUCTOR: "网格指导员",
    PostKind.CHIEF_GRID_LEADER: "总网格长",
    PostKind.GRID_LEADER: "网格长",
    PostKind.GRID_OFFICER: "专职网格员",
    PostKind.GRID_WORKER: "网格员",
    PostKind.PARTY_GROUP_HEAD: "网格党小组长",
    PostKind.STREET_CHIEF: "街巷长",
    PostKind.COMMUNITY_COMMISSIONER: "社区专员",
    PostKind.JUDGE: "法官",
    PostKind.PROCURATOR: "检察官",
    PostKind.POLICE_OFFICER: "社区民警",
    PostKind.LAWYER: "律师",
    PostKind.SOCIAL_WORKER: "社会工作者",
    PostKind.RESPONSIBLE_LEADER: "包抓领导",
}

KindOption = Annotated[
    PostKind | None, typer.Option("--kind", help="只看一类岗位 · Posts of one kind only")
]


def posts(
    *, book: BookOrFolder, kind: KindOption = None, at: DayOption = None, map_file: MapFile = None
) -> None:
    """岗位与空缺，可画成地图 · Posts, those to be filled, and a map of them."""
    if map_file is not None:
        check_map_path(map_file)
    day = today_in_china() if at is None else at.date()
    store = open_store(read_settings())
    with progress_bars() as progress:
        found = find_or_read(store, book, progress)
        counted = [
            post
            for post in found.posts
            if kind in {None, post.kind} and valid_on(post.valid_from, post.valid_to, day)
        ]
        if map_file is not None:
            grounds = load_grounds(store, found, progress=progress)
            write_map(map_file, marks_of_posts(found, counted, store, grounds), store, grounds)
    table = Table(box=None, pad_edge=False)
    for heading in ("岗位 post", "数量 posts", "空缺 to be filled", "空缺率 share"):
        table.add_column(heading, justify="left" if heading.startswith("岗位") else "right")
    for row in _by_kind(counted):
        table.add_row(*row)
    output().print(table)
    if map_file is not None:
        note(f"地图 · Map: {map_file}")


def marks_of_posts(
    book: RuleBook, counted: Sequence[Post], store: BoundaryStore, grounds: Grounds
) -> Marks:
    """Say what a map of posts shows: communities by the share of their posts that is not filled.

    Posts of a grid count for its community. Those of other areas that are not filled are dots
    where the area has a place in the store; roads have none and are in the table only.
    """
    layers = book.head.layers
    community = layers.get(Step.COMMUNITY.value, Step.COMMUNITY.value)
    grid = layers.get(Step.GRID.value, Step.GRID.value)
    parents = {area.code: area.parent_code for area in grounds.areas(grid) or ()}
    total: Counter[str] = Counter()
    empty: Counter[str] = Counter()
    elsewhere: dict[str, list[Post]] = {}
    for post in counted:
        if post.layer in {community, grid}:
            code = parents.get(post.area, post.area) if post.layer == grid else post.area
            total[code] += 1
            empty[code] += not post.holder
        elif not post.holder:
            elsewhere.setdefault(post.layer, []).append(post)
    fills = {code: _tint(empty[code] / n) for code, n in total.items()}
    dots = []
    for layer, rows in elsewhere.items():
        if layer not in grounds.editions or layer in grounds.features:
            continue
        areas = store.areas(grounds.editions[layer], geometry=False)
        place = dict(zip(areas.codes, areas.points.tolist(), strict=True))
        names = dict(zip(areas.codes, areas.names, strict=True))
        dots += [
            (*place[post.area], _RED, f"{names[post.area]} {_KINDS[post.kind]} 空缺")
            for post in rows
            if post.area in place
        ]
    n_empty = sum(not post.holder for post in counted)
    return Marks(
        f"岗位空缺：{book.head.label}",
        (f"{len(counted):,} 个岗位 posts，{n_empty:,} 个空缺 to be filled",),
        community,
        fills,
        dots,
        [
            (_GREEN, f"空缺低于 {_SOME:.0%} below"),
            (_AMBER, f"{_SOME:.0%} – {_MANY:.0%}"),
            (_RED, f"{_MANY:.0%} 及以上 and more；圆点：街道、区的空缺岗位 dots: coarser areas"),
        ],
        ("岗位 post", "数量 posts", "空缺 to be filled", "空缺率 share"),
        _by_kind(counted),
    )


def _tint(share: float) -> str:
    if share >= _MANY:
        return _RED
    return _AMBER if share >= _SOME else _GREEN


def _by_kind(counted: Sequence[Post]) -> list[tuple[str, ...]]:
    total = Counter(post.kind for post in counted)
    empty = Counter(post.kind for post in counted if not post.holder)
    return [
        (
            f"{_KINDS[kind]} {kind.value}",
            f"{total[kind]:,}",
            f"{empty[kind]:,}",
            f"{empty[kind] / total[kind]:.1%}",
        )
        for kind in PostKind
        if total[kind]
    ]
