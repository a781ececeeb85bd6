"""Generate tickets for a span of days."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.arrays import Progress
from xiaqu.demo.layers import DemoCity
from xiaqu.demo.tickets.catalogue import read_catalogue
from xiaqu.demo.tickets.events import DayMaker
from xiaqu.demo.tickets.meanings import Meanings
from xiaqu.demo.tickets.phrasebook import read_phrasebook
from xiaqu.demo.tickets.places import Places, survey
from xiaqu.demo.tickets.plan import DAY, TicketPlan, make_plan
from xiaqu.demo.tickets.profile import NoiseProfile, default_profile
from xiaqu.demo.tickets.spots import SpotDrawer
from xiaqu.demo.tickets.writer import TICKET_COLUMNS, TRUTH_COLUMNS, TicketWriter

__all__ = ["MONTHS", "TicketBatch", "TicketSource", "first_day_before", "generate_tickets"]

MONTHS = 13


@dataclass(frozen=True, slots=True)
class TicketBatch:
    """Tickets and what is true of them, row by row.

    Attributes
    ----------
    frame
        Columns as a hotline exports them, see ``TICKET_COLUMNS``.
    truth
        See ``docs/data.md``; ``ticket_id`` is 工单编号. Coordinates are CGCS2000 degrees, NaN
        where there is no place.
    """

    frame: pd.DataFrame
    truth: pd.DataFrame


def first_day_before(last_day: dt.date, months: int = MONTHS) -> dt.date:
    """Give the first day of so many months that end with a day: the day after, months before."""
    after = last_day + DAY
    month = after.year * 12 + after.month - 1 - months
    year, month = divmod(month, 12)
    # A month that is too short for the day starts with the next one.
    for day in range(after.day, 0, -1):
        try:
            return dt.date(year, month + 1, day)
        except ValueError:
            continue
    raise AssertionError(last_day)  # every month has a first day


class TicketSource:
    """Makes the tickets of a city, day by day; what all days share is prepared once.

    Parameters
    ----------
    city
        A generated city.
    seed
        The same seed gives the same tickets, whatever span they are asked for in.
    last_day
        Last day of the whole span; what is planted is placed by it.
    months
        Length of the whole span.
    phrasebook
        ``main``, or ``held_out`` or ``sealed`` for other words about the same events.
    profile
        How noisy the words are.

    Raises
    ------
    ValueError
        There is no phrasebook of this name.

    Notes
    -----
    Preparing the largest city takes about six seconds.
    """

    def __init__(
        self,
        city: DemoCity,
        *,
        seed: int,
        last_day: dt.date,
        months: int = MONTHS,
        phrasebook: str = "main",
        profile: NoiseProfile | None = None,
    ) -> None:
        book = read_phrasebook(phrasebook)
        catalogue = read_catalogue()
        profile = profile or default_profile()
        places = survey(city)
        drawer = SpotDrawer(places, catalogue, profile)
        plan = make_plan(
            places,
            catalogue,
            drawer,
            seed=seed,
            first_day=first_day_before(last_day, months),
            last_day=last_day,
        )
        self.places: Places = places
        self.plan: TicketPlan = plan
        self.book = book.name
        self._days = DayMaker(places, catalogue, profile, drawer, plan)
        self._writer = TicketWriter(
            places=places,
            meanings=Meanings(places),
            book=book,
            profile=profile,
            drawer=drawer,
            plan=plan,
        )

    def generate(
        self, start: dt.date, end: dt.date, *, progress: Progress | None = None
    ) -> TicketBatch:
        """Make the tickets of some days.

        Parameters
        ----------
        start, end
            First and last day, both included.
        progress
            Called as ``progress("tickets", done, total)`` with days.

        Raises
        ------
        ValueError
            ``end`` lies before ``start``.
        """
        n_days = (end - start).days + 1
        if n_days < 1:
            message = f"{end} lies before {start}; give the first day first"
            raise ValueError(message)
        tickets, truths = [], []
        for k in range(n_days):
            day = start + k * DAY
            ticket, truth = self._writer.day(day, self._days.day(day))
            tickets += ticket
            truths += truth
            if progress is not None:
                progress("tickets", k + 1, n_days)
        frame = pd.DataFrame(tickets, columns=list(TICKET_COLUMNS))
        for column in ("来电时间", "办结时间"):
            frame[column] = frame[column].astype("datetime64[s]")
        return TicketBatch(frame, self._locate(pd.DataFrame(truths, columns=list(TRUTH_COLUMNS))))

    def _locate(self, truth: pd.DataFrame) -> pd.DataFrame:
        """Name the areas that hold the true places."""
        drawn = truth.pop("community_drawn").to_numpy()
        is_here = truth["lon"].notna().to_numpy()
        held = np.full(len(truth), -1)
        held[is_here] = self.places.communities_at(truth.loc[is_here, ["lon", "lat"]].to_numpy())
        # A place moved over the rim of the city counts where it was drawn.
        held = np.where(held < 0, drawn, held)
        codes = np.array([*(area.code for area in self.places.communities), ""], dtype=object)[held]
        community = pd.Series(codes, dtype="str")
        truth["district_code"] = community.str[:6]
        truth["township_code"] = community.str[:9]
        truth["community_code"] = community
        return truth


def generate_tickets(
    city: DemoCity,
    *,
    seed: int,
    start: dt.date,
    end: dt.date,
    phrasebook: str = "main",
    profile: NoiseProfile | None = None,
) -> TicketBatch:
    """Generate the tickets of some days, with what is true of them.

    Parameters
    ----------
    city
        A generated city.
    seed
        The same seed gives the same tickets.
    start, end
        First and last day, both included; what is planted is placed by the last.
    phrasebook
        ``main``, ``held_out`` or ``sealed``: other words for the same events.
    profile
        How noisy the words are; that of the package for None.

    Raises
    ------
    ValueError
        ``end`` lies before ``start``, or there is no such phrasebook.

    Notes
    -----
    For several spans of one history make a `TicketSource` and ask it for each.
    """
    source = TicketSource(city, seed=seed, last_day=end, phrasebook=phrasebook, profile=profile)
    return source.generate(start, end)
