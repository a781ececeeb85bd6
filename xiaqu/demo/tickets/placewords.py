"""Places in words: names, numbers and relations, with the slips of the writer."""

from dataclasses import dataclass

from xiaqu.demo.tickets.dice import Dice
from xiaqu.demo.tickets.phrasebook import Phrasebook
from xiaqu.demo.tickets.places import Places
from xiaqu.demo.tickets.profile import NoiseProfile
from xiaqu.demo.tickets.spelling import chinese_number, full_width, misspell, space_out
from xiaqu.demo.tickets.spots import Spot

__all__ = ["PlaceWords", "PlaceWriter"]

_ENDINGS = {"estate": "小区", "community": "社区"}
_SUFFIXES = ("甲", "乙", "-1", "-2", "-3", "之1", "之2", "附1", "A", "B")
_ROAD_KINDS = ("crossing", "segment")


@dataclass(frozen=True, slots=True)
class PlaceWords:
    """A place as somebody wrote it, without the areas that hold it.

    Attributes
    ----------
    text
        All of it.
    spot
        The short form, for headings.
    right_form, written_form
        The name as it would be right in this form, and as it was written.
    noise
        Names of the slips, in the order in which they happened.
    """

    text: str
    spot: str
    right_form: str
    written_form: str
    noise: tuple[str, ...]


class PlaceWriter:
    """Puts places into words.

    Parameters
    ----------
    places, book, profile
        The city, the words, and how noisy they are.
    """

    def __init__(self, places: Places, book: Phrasebook, profile: NoiseProfile) -> None:
        self._places = places
        self._book = book
        self._profile = profile

    def name_of(self, spot: Spot) -> str:
        """Give the full name of what a spot names."""
        if spot.kind == "community":
            return self._places.communities[spot.entry].name
        return self._places.entries[spot.entry].name

    def write(self, dice: Dice, spot: Spot) -> PlaceWords:
        """Put a place into words."""
        noise: list[str] = []
        full = self.name_of(spot)
        right = self._shorten(dice, spot, full, noise)
        written, slip = misspell(dice, right, self._profile)
        if slip:
            noise.append(slip)
        core = self._fill(dice, spot, written, noise)
        if spot.relation:
            core = self._relate(dice, spot, core)
            noise.append(f"relation_{spot.relation}")
        text = self._beside_landmark(dice, spot, core, noise)
        if dice.chance(self._profile.spaced):
            text = space_out(dice, text, dice.pick(self._book.spaces))
            noise.append("spaced")
        short = written
        if spot.kind == "door" and dice.chance(0.5):
            short += f"{spot.number}号"
        return PlaceWords(text, short, right, written, tuple(noise))

    def _shorten(self, dice: Dice, spot: Spot, name: str, noise: list[str]) -> str:
        for formal, popular in self._book.colloquial.items():
            if spot.kind == "facility" and name.endswith(formal):
                if dice.chance(10 * self._book.colloquial_share):
                    noise.append("colloquial")
                    return name.removesuffix(formal) + popular
                return name
        ending = _ENDINGS.get("estate" if spot.kind in {"building", "gate"} else spot.kind, "")
        if ending and name.endswith(ending) and len(name) > len(ending) + 1:
            # Said by itself, an area without its ending is hardly a name any more.
            share = 3.0 if ending == "小区" else 1.0
            if dice.chance(share * self._profile.ending_dropped):
                noise.append("ending_dropped")
                return name.removesuffix(ending)
        return name

    def _fill(self, dice: Dice, spot: Spot, name: str, noise: list[str]) -> str:
        forms = self._book.places[spot.kind]
        values = {"name": name}
        form = dice.pick(forms)
        if "{name}小区" in form:
            if name.endswith("小区"):
                form = form.replace("{name}小区", "{name}")
            else:
                noise.append("ending_added")
        if spot.kind in _ROAD_KINDS:
            others = [self._places.entries[row].name for row in spot.others]
            values["a"], values["c"] = others[0], others[-1]
            values["corner"] = dice.pick(self._book.relations["corners"])
        elif spot.kind == "gate":
            label = self._places.entries[spot.others[0]].name
            values["gate"] = label.removeprefix(self.name_of(spot)).rstrip("0123456789")
        elif spot.number:
            form = self._bare(dice, spot, form, noise)
            number = self._number(dice, spot, noise)
            values["n"] = values["b"] = number
            values["u"] = str(1 + dice.below(6))
            values["f"] = str(1 + dice.below(24))
            values["r"] = f"{1 + dice.below(24)}0{1 + dice.below(4)}"
        elif spot.kind == "community":
            values["k"] = str(1 + dice.below(9))
        return form.format_map(values)

    def _bare(self, dice: Dice, spot: Spot, form: str, noise: list[str]) -> str:
        if spot.kind == "door" and dice.chance(self._profile.number_bare):
            noise.append("number_bare")
            return "{name}{n}"
        return form

    def _number(self, dice: Dice, spot: Spot, noise: list[str]) -> str:
        number = str(spot.number)
        if spot.kind == "door" and dice.chance(self._profile.number_suffix):
            noise.append("number_suffix")
            suffix = dice.pick(_SUFFIXES)
            if suffix in "甲乙":
                return suffix + number
            if suffix.startswith(("-", "之", "附")):
                return number + "号" + suffix if suffix[0] != "-" else number + suffix
            return number + suffix
        if dice.chance(self._profile.number_chinese):
            noise.append("number_chinese")
            return chinese_number(spot.number)
        if dice.chance(self._profile.number_full_width):
            noise.append("number_full_width")
            return full_width(number)
        return number

    def _relate(self, dice: Dice, spot: Spot, core: str) -> str:
        form = dice.pick(self._book.relations[spot.relation])
        direction = self._book.relations["directions"][spot.bearing]
        distance = str(spot.distance_m)
        if dice.chance(self._profile.number_chinese):
            distance = chinese_number(spot.distance_m)
        return form.format_map({"place": core, "dir": direction, "d": distance})

    def _beside_landmark(self, dice: Dice, spot: Spot, core: str, noise: list[str]) -> str:
        if spot.kind not in {"estate", "building", "facility"} or spot.relation:
            return core
        if not dice.chance(self._profile.landmark):
            return core
        roads = self._places.roads.get(spot.community)
        if not roads:
            return core
        here = spot.stated
        entries = [self._places.entries[row] for row in roads]
        near = min(entries, key=lambda e: (e.lon - here[0]) ** 2 + (e.lat - here[1]) ** 2)
        noise.append("landmark")
        form = dice.pick(self._book.relations["landmark"])
        return form.format_map({"place": core, "other": near.name})
