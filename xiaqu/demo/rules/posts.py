"""Posts (岗位) of grids, communities, townships and lanes, some of them vacant."""

from collections.abc import Iterator

from governance.book.definition import Post
from governance.book.terms import PostKind
from xiaqu.demo.fabric import stage_random
from xiaqu.demo.layers import DemoCity
from xiaqu.demo.organisations import community_body, department, government
from xiaqu.demo.rules.phones import PhoneBook, invent_people

__all__ = ["build_posts"]

_FIRST_NUMBER = 60_000_001
_SHARE_VACANT = 0.04
_HOUSEHOLDS_PER_WORKER = 500
_OF_COMMUNITY = (
    PostKind.GRID_INSTRUCTOR,
    PostKind.CHIEF_GRID_LEADER,
    PostKind.GRID_LEADER,
    PostKind.PARTY_GROUP_HEAD,
    PostKind.COMMUNITY_COMMISSIONER,
    PostKind.POLICE_OFFICER,
    PostKind.LAWYER,
    PostKind.SOCIAL_WORKER,
    PostKind.RESPONSIBLE_LEADER,
)
_OF_TOWNSHIP = (PostKind.JUDGE, PostKind.PROCURATOR)
_STREET_CHIEFS = ("lane", "primary")
_Place = tuple[PostKind, str, str, str]


def build_posts(city: DemoCity) -> tuple[Post, ...]:
    """Fill the posts of a city; about one in twenty-five waits to be filled."""
    places = list(_places(city))
    rng = stage_random(city.seed, "posts")
    people = invent_people(rng, len(places))
    is_vacant = (rng.uniform(size=len(places)) < _SHARE_VACANT).tolist()
    phones = PhoneBook(_FIRST_NUMBER)
    posts = []
    for row, (kind, layer, area, body) in enumerate(places):
        number = phones.next()
        posts.append(
            Post(
                code=f"J{row + 1:06d}",
                kind=kind,
                layer=layer,
                area=area,
                holder="" if is_vacant[row] else people[row],
                phone="" if is_vacant[row] else number,
                body=body,
            )
        )
    return tuple(posts)


def _places(city: DemoCity) -> Iterator[_Place]:
    for area in city.layers["township"].frame["code"].tolist():
        for kind in _OF_TOWNSHIP:
            yield kind, "township", area, department("justice", area[:6])
    for area in city.layers["community"].frame["code"].tolist():
        for kind in _OF_COMMUNITY:
            yield kind, "community", area, _body_of(kind, area)
    grid = city.layers["grid"].frame
    for area, households in zip(grid["code"].tolist(), grid["households"].tolist(), strict=True):
        yield PostKind.GRID_OFFICER, "grid", area, community_body(area[:12])
        if households >= _HOUSEHOLDS_PER_WORKER:
            yield PostKind.GRID_WORKER, "grid", area, community_body(area[:12])
    road = city.layers["road"].frame
    chosen = road[road["road_class"].isin(_STREET_CHIEFS)]
    for code, body in zip(chosen["code"].tolist(), chosen["maintainer"].tolist(), strict=True):
        yield PostKind.STREET_CHIEF, "road", code, body


def _body_of(kind: PostKind, community: str) -> str:
    district, township = community[:6], government(community[:9])
    if kind is PostKind.POLICE_OFFICER:
        return department("police", district)
    if kind is PostKind.LAWYER:
        return department("justice", district)
    if kind is PostKind.SOCIAL_WORKER:
        return department("civil_affairs", district)
    if kind is PostKind.RESPONSIBLE_LEADER:
        return government(district)
    if kind in {PostKind.GRID_INSTRUCTOR, PostKind.COMMUNITY_COMMISSIONER}:
        return township
    return community_body(community)
