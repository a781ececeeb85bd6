"""What is said of the areas around a place: in the words and in the fields of a ticket."""

from dataclasses import dataclass

from xiaqu.demo.tickets.dice import Dice
from xiaqu.demo.tickets.phrasebook import Phrasebook
from xiaqu.demo.tickets.places import Area, Places
from xiaqu.demo.tickets.profile import NoiseProfile

__all__ = ["Context", "ContextWriter"]

_ENDINGS = ("街道", "社区", "镇", "乡", "村", "区")
_NEIGHBOURS = 5
_WITH_COMMUNITY = 4


@dataclass(frozen=True, slots=True)
class Context:
    """Areas as they are stated.

    Attributes
    ----------
    text
        Before the place in the words; may be empty.
    district, township, community
        The fields; may be empty.
    townships, townships_in_text
        Rows of the townships that the right statements leave open, of fields and words together
        and of the words alone; empty where nothing right is stated.
    noise
        Names of the slips.
    is_wrong
        Something that is stated is not so.
    """

    text: str
    district: str
    township: str
    community: str
    townships: frozenset[int]
    townships_in_text: frozenset[int]
    noise: tuple[str, ...]
    is_wrong: bool


class ContextWriter:
    """States the areas around places.

    Parameters
    ----------
    places, book, profile
        The city, the words, and how noisy they are.
    """

    def __init__(self, places: Places, book: Phrasebook, profile: NoiseProfile) -> None:
        self._places = places
        self._book = book
        self._profile = profile
        self._neighbours: dict[int, list[int]] = {}
        self._of_district: dict[int, frozenset[int]] = {
            row: frozenset(
                k for k, area in enumerate(places.townships) if area.parents[0] == row
            )
            for row in range(len(places.districts))
        }  # fmt: skip
        p = profile
        shares = (
            p.admin_none, p.admin_district, p.admin_township, p.admin_both, p.admin_community,
            p.admin_all,
        )  # fmt: skip
        self._shapes = [sum(shares[: k + 1]) for k in range(len(shares))]

    def write(self, dice: Dice, community: int, *, has_place: bool, is_community: bool) -> Context:
        """State the areas that hold a community.

        Parameters
        ----------
        dice
            Of the day's words.
        community
            Row of the community.
        has_place
            False where the words name no place: nothing goes before it then.
        is_community
            The place is the community itself, which is not said twice.
        """
        area = self._places.communities[community]
        district, township = area.parents
        noise: list[str] = []
        shape = dice.weighted(self._shapes) if has_place else 0
        if shape == _WITH_COMMUNITY and is_community:
            shape = 2
        said_township = township
        if shape > 1 and dice.chance(self._profile.admin_wrong):
            said_township = self._neighbour(dice, township)
            noise.append("admin_wrong")
        text = self._prefix(dice, shape, said_township, area, noise)
        field_district, field_township = self._fields(dice, district, township, noise)
        in_text = self._left(district, township, has_district=shape == 1, has_township=shape > 1)
        left = self._left(
            district,
            township,
            has_district=shape == 1 or field_district >= 0,
            has_township=shape > 1 or field_township >= 0,
        )
        wrong = any(slip.endswith("_wrong") for slip in noise)
        is_community_empty = dice.chance(self._profile.field_community_empty)
        return Context(
            text,
            self._spell(dice, self._places.districts, field_district, noise),
            self._spell(dice, self._places.townships, field_township, noise),
            "" if is_community_empty or not has_place else area.name,
            left,
            in_text,
            tuple(noise),
            wrong,
        )

    def _left(
        self, district: int, township: int, *, has_district: bool, has_township: bool
    ) -> frozenset[int]:
        if has_township:
            return frozenset((township,))
        return self._of_district[district] if has_district else frozenset()

    def _prefix(self, dice: Dice, shape: int, township: int, area: Area, noise: list[str]) -> str:
        if shape == 0:
            return ""
        towns = self._places.townships[township]
        district = self._places.districts[towns.parents[0]].name
        chosen = {
            1: (district,), 2: (towns.name,), 3: (district, towns.name),
            4: (towns.name, area.name), 5: (dice.pick(self._book.city), district, towns.name),
        }[shape]  # fmt: skip
        said = []
        for name in chosen:
            if dice.chance(self._profile.admin_ending_dropped):
                short = _without_ending(name)
                if short != name:
                    noise.append("admin_ending_dropped")
                said.append(short)
            else:
                said.append(name)
        join = dice.pick(self._book.joins)
        return join.join(said) + join

    def _fields(
        self, dice: Dice, district: int, township: int, noise: list[str]
    ) -> tuple[int, int]:
        p = self._profile
        draw = dice.share()
        if draw < p.field_township_wrong:
            township = self._neighbour(dice, township)
            district = self._places.townships[township].parents[0]
            noise.append("field_township_wrong")
        elif draw < p.field_township_wrong + p.field_district_wrong:
            others = [row for row in range(len(self._places.districts)) if row != district]
            district = dice.pick(others)
            noise.append("field_district_wrong")
        return (
            -1 if dice.chance(p.field_district_empty) else district,
            -1 if dice.chance(p.field_township_empty) else township,
        )

    def _spell(self, dice: Dice, areas: list[Area], row: int, noise: list[str]) -> str:
        if row < 0:
            return ""
        name = areas[row].name
        if dice.chance(self._profile.field_free_spelling):
            noise.append("field_free_spelling")
            return _without_ending(name)
        return name

    def _neighbour(self, dice: Dice, township: int) -> int:
        if township not in self._neighbours:
            here = self._places.townships[township]
            order = sorted(
                range(len(self._places.townships)),
                key=lambda row: (
                    (self._places.townships[row].lon - here.lon) ** 2
                    + (self._places.townships[row].lat - here.lat) ** 2
                ),
            )
            self._neighbours[township] = order[1 : 1 + _NEIGHBOURS]
        return dice.pick(self._neighbours[township])


def _without_ending(name: str) -> str:
    for ending in _ENDINGS:
        if name.endswith(ending) and len(name) > len(ending) + 1:
            return name.removesuffix(ending)
    return name
