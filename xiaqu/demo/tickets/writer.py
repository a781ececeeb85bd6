"""Tickets and their truth: events put into words."""

import datetime as dt
import math
from typing import Any

from xiaqu.demo.tickets.context import Context, ContextWriter
from xiaqu.demo.tickets.dice import Dice
from xiaqu.demo.tickets.events import Event
from xiaqu.demo.tickets.meanings import Meanings
from xiaqu.demo.tickets.people import Caller, draw_caller, draw_plate
from xiaqu.demo.tickets.phrasebook import Phrasebook
from xiaqu.demo.tickets.places import Places
from xiaqu.demo.tickets.placewords import PlaceWords, PlaceWriter
from xiaqu.demo.tickets.plan import TicketPlan
from xiaqu.demo.tickets.profile import NoiseProfile
from xiaqu.demo.tickets.spots import Spot, SpotDrawer

__all__ = ["TICKET_COLUMNS", "TRUTH_COLUMNS", "TicketWriter"]

TICKET_COLUMNS = (
    "工单编号", "工单类型", "工单性质", "问题分类", "标签", "标题", "主要内容", "工单状态",
    "来电人", "来电人电话/账号", "被反映区", "被反映街乡镇", "村/社区", "小区点位", "来电时间",
    "渠道", "办结时间", "是否解决", "是否满意",
)  # fmt: skip
TRUTH_COLUMNS = (
    "ticket_id", "entity_uid", "also_uids", "entity_kind", "entity_name", "number", "relation",
    "lon", "lat", "stated_lon", "stated_lat", "reach_m", "place_text", "written_form", "noise",
    "is_decidable", "is_decidable_by_text", "obstacle", "plant_id", "category", "community_drawn",
)  # fmt: skip
_CHANNELS = ("电话",) * 82 + ("网站",) * 5 + ("微信小程序",) * 7 + ("App",) * 4 + ("短信",) * 2
_ROLES = ("主办",) * 93 + ("协办",) * 4 + ("转办",) * 3
_DONE, _OPEN, _PASSED_ON = "回复完成", "办理中", "已转派"
_OPEN_DAYS = 7
_ROAD_KINDS = ("crossing", "segment")


class TicketWriter:
    """Writes the tickets of a day.

    Parameters
    ----------
    places, meanings, book, profile, drawer, plan
        The city, what names mean in it, the words, how noisy they are, and what was planted.
    """

    def __init__(
        self,
        *,
        places: Places,
        meanings: Meanings,
        book: Phrasebook,
        profile: NoiseProfile,
        drawer: SpotDrawer,
        plan: TicketPlan,
    ) -> None:
        self._places = places
        self._meanings = meanings
        self._book = book
        self._profile = profile
        self._drawer = drawer
        self._plan = plan
        self._strangers = tuple(who for who in book.slots["who"] if who != "{person}")
        self._words = PlaceWriter(places, book, profile)
        self._context = ContextWriter(places, book, profile)

    def day(
        self, day: dt.date, events: list[Event]
    ) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
        """Write one ticket for each event; rows of TICKET_COLUMNS and of TRUTH_COLUMNS."""
        dice = Dice(self._plan.seed, "words", self._book.name, day.toordinal())
        tickets, truths = [], []
        for number, event in enumerate(events, start=1):
            ticket, truth = self._one(dice, day, f"GD{day:%Y%m%d}{number:05d}", event)
            tickets.append(ticket)
            truths.append(truth)
        return tickets, truths

    def _one(
        self, dice: Dice, day: dt.date, ticket_id: str, event: Event
    ) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        caller = self._caller(dice, event)
        mention = self._mention(dice, event)
        spot = event.spot
        words: PlaceWords | None = None
        place = ""
        context = self._context.write(
            dice,
            spot.community,
            has_place=mention in {"one", "two"},
            is_community=spot.kind == "community",
        )
        if mention == "elsewhere":
            place = self._elsewhere(dice)
            context = Context("", "", "", "", frozenset(), frozenset(), (), is_wrong=False)
        elif mention != "none":
            words = self._words.write(dice, spot)
            place = self._in_areas(dice, words.text, context)
        noise = [*context.noise, *(words.noise if words else ())]
        content = self._content(dice, event, mention, place, caller, noise)
        title = self._title(dice, event, words)
        estate = self._estate_field(dice, spot, words)
        obstacle = self._obstacle(spot, words, context, mention)
        alone = obstacle or self._obstacle(spot, words, context, mention, by_text=True)
        moment = dt.datetime.combine(day, dt.time.min) + dt.timedelta(seconds=event.second)
        ticket = (
            ticket_id, self._kind(dice, event), dice.pick(_ROLES), event.category.path,
            event.category.tag if dice.chance(0.6) else "", title, content,
            *self._handling(dice, day, event, moment, caller, (context, estate)),
        )  # fmt: skip
        return ticket, self._truth(
            ticket_id, event, mention, (words, place), noise, (obstacle, alone)
        )

    def _caller(self, dice: Dice, event: Event) -> Caller:
        if event.caller:
            return draw_caller(Dice(self._plan.seed, "caller", event.caller), self._book)
        return draw_caller(dice, self._book)

    def _mention(self, dice: Dice, event: Event) -> str:
        p = self._profile
        draw = dice.share()
        if draw < p.elsewhere and not event.plant_id:
            return "elsewhere"
        if dice.chance(p.no_place_none if event.category.setting == "none" else p.no_place):
            return "none"
        return "two" if dice.chance(p.several) else "one"

    def _elsewhere(self, dice: Dice) -> str:
        address = dice.pick(self._book.elsewhere)
        return f"{address}{1 + dice.below(300)}号" if dice.chance(0.6) else address

    def _in_areas(self, dice: Dice, place: str, context: Context) -> str:
        if not context.text:
            return place
        if dice.chance(self._book.admin_after):
            return f"{place}（{context.text.strip(' ，、·>')}）"
        return context.text + place

    def _content(
        self,
        dice: Dice,
        event: Event,
        mention: str,
        place: str,
        caller: Caller,
        noise: list[str],
    ) -> str:
        p, book = self._profile, self._book
        frames = {"none": "none", "two": "two"}.get(mention, "place")
        frame = dice.pick(book.frames[frames])
        has_name, has_phone = dice.chance(p.personal_name), dice.chance(p.personal_phone)
        person = caller.called if has_name else dice.pick(self._strangers)
        values = {key: dice.pick(options) for key, options in book.slots.items()}
        values["who"] = values["who"].format_map({"person": person})
        contact = values["contact"] if has_phone and "{contact}" in frame else ""
        values["contact"] = contact.format_map({"person": caller.called, "phone": caller.phone})
        issue = dice.pick(book.issues[event.category.key])
        if "{plate}" in issue:
            issue = issue.format_map({"plate": draw_plate(dice)})
            noise.append("personal_plate")
        if (has_name and "{who}" in frame) or contact:
            noise.append("personal_caller")
        values |= {"place": place, "issue": issue}
        if mention == "two":
            other = self._drawer.draw(dice, event.spot.community, event.category.setting)
            values["other"] = self._words.write(dice, other).text
            noise.append("several")
        return frame.format_map(values)

    def _title(self, dice: Dice, event: Event, words: PlaceWords | None) -> str:
        has_place = words is not None and dice.chance(self._profile.title_has_place)
        form = dice.pick(self._book.titles["place" if has_place else "none"])
        subject = event.category.path.rsplit("->", 1)[-1]
        return form.format_map({"spot": words.spot if words else "", "subject": subject})

    def _estate_field(self, dice: Dice, spot: Spot, words: PlaceWords | None) -> str:
        if words is None or dice.chance(self._profile.field_estate_empty):
            return ""
        return words.spot if spot.kind in {"estate", "building", "gate", "door", "facility"} else ""

    def _kind(self, dice: Dice, event: Event) -> str:
        kinds = event.category.kinds
        return kinds[0] if dice.chance(0.7) else dice.pick(kinds)

    def _handling(
        self,
        dice: Dice,
        day: dt.date,
        event: Event,
        moment: dt.datetime,
        caller: Caller,
        fields: tuple[Context, str],
    ) -> tuple[Any, ...]:
        context, estate = fields
        age = (self._plan.last_day - day).days
        wait = dt.timedelta(days=-3.2 * math.log(1.0 - 0.97 * dice.share()), hours=2)
        is_open = moment + wait > dt.datetime.combine(self._plan.last_day, dt.time.max)
        status = _OPEN if is_open else _PASSED_ON if dice.chance(0.04) else _DONE
        if is_open and age > _OPEN_DAYS:
            status = _DONE
        trend = self._plan.trends[self._places.communities[event.spot.community].parents[1]]
        done = self._plan.progress_of(day)
        solved = trend.solved_before + done * (trend.solved - trend.solved_before)
        is_solved = dice.chance(solved - (0.1 if event.plant_id else 0.0))
        outcome, rating = "", ""
        if status == _DONE:
            outcome = "解决" if is_solved else dice.pick(("未解决", "未解决", "部分解决"))
            happy = ("满意", "满意", "满意", "基本满意", "未评价")
            rating = dice.pick(happy if is_solved else ("不满意", "不满意", "基本满意", "未评价"))
        finished = (moment + wait).replace(microsecond=0) if status != _OPEN else None
        return (
            status, caller.called, caller.masked_phone, context.district, context.township,
            context.community, estate, moment, dice.pick(_CHANNELS), finished, outcome, rating,
        )  # fmt: skip

    def _obstacle(
        self,
        spot: Spot,
        words: PlaceWords | None,
        context: Context,
        mention: str,
        *,
        by_text: bool = False,
    ) -> str:
        """Name what keeps even a perfect reader from the place, if anything.

        With ``by_text`` the reader sees the words only, not the fields.
        """
        if words is None or mention == "two":
            return {"none": "no_place", "elsewhere": "elsewhere"}.get(mention, "several")
        if context.is_wrong:
            return "contradiction"
        if "colloquial" in words.noise:
            return "unlisted_name"
        where = context.townships_in_text if by_text else context.townships
        if words.written_form != words.right_form:
            others = self._meanings.near(words.written_form, where)
            return "typo" if others - {self._uid(spot)} else ""
        if spot.kind in _ROAD_KINDS:
            names = [words.right_form, self._places.entries[spot.others[0]].name]
            found = self._meanings.crossings(names[0], names[1], where)
            return "homonym" if spot.kind == "crossing" and len(found) > 1 else ""
        if spot.kind == "door":
            same = self._meanings.doors(words.right_form, spot.number, where)
        else:
            same = self._meanings.of(words.right_form, where)
        return "homonym" if same - {self._uid(spot)} else ""

    def _uid(self, spot: Spot) -> str:
        if spot.kind == "community":
            return f"community:{self._places.communities[spot.entry].code}"
        return self._places.entries[spot.entry].uid

    def _truth(
        self,
        ticket_id: str,
        event: Event,
        mention: str,
        said: tuple[PlaceWords | None, str],
        noise: list[str],
        obstacles: tuple[str, str],
    ) -> tuple[Any, ...]:
        spot, (words, place) = event.spot, said
        is_named = words is not None
        lon, lat = (spot.lon, spot.lat) if mention != "elsewhere" else (math.nan, math.nan)
        stated = spot.stated if is_named else (math.nan, math.nan)
        also = [self._places.entries[row].uid for row in spot.others]
        if spot.kind == "segment":
            also = []
        return (
            ticket_id, self._uid(spot) if is_named else "", ";".join(also) if is_named else "",
            spot.kind if is_named else mention, self._words.name_of(spot) if is_named else "",
            spot.number if is_named else 0, spot.relation if is_named else "", lon, lat,
            *stated, spot.reach_m if is_named else math.nan, place,
            words.written_form if words else "", ";".join(noise), not obstacles[0],
            not obstacles[1], obstacles[0],
            event.plant_id, event.category.key,
            spot.community if mention != "elsewhere" else -1,
        )  # fmt: skip
