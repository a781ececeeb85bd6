"""Words to bodies in bulk, and every stage of intake: a process of its own on one processor."""

import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np

from bench.tickets.city import read_requests
from boundaries.gazetteer.build import load_gazetteer
from boundaries.store import create_store
from geo.address.answers import Candidate, Decision
from geo.address.geocoder import Geocoder
from governance.owner.decisions import prepare_decision
from governance.owner.loading import load_resolver
from governance.owner.resolver import OwnerResolver
from governance.owner.words import MOST_CANDIDATES, OpenWords, accuracy_95_m, owners_of_words
from governance.tickets.channels import default_catalogue
from governance.tickets.given import NewTicket
from governance.tickets.intake.place import find_places, words_of
from governance.tickets.intake.profile import default_profile
from governance.tickets.intake.request import Request, read_request
from governance.tickets.intake.take import TicketIntake
from governance.tickets.privacy.vault import VaultKey
from governance.tickets.store import TicketStore

__all__ = ["bodies_of_words", "measure"]

BATCH = 512
INTAKE_BATCH = 50
"""As many as wait together under load over HTTP."""
_KEY = VaultKey(b"the key of a benchmark")


def bodies_of_words(
    resolver: OwnerResolver, geocoder: Geocoder, requests: Sequence[NewTicket], at: date
) -> list[str]:
    """Name the body that answers for each request by its words and category.

    Parameters
    ----------
    resolver, geocoder
        Of the city.
    requests
        Their categories are in the catalogue.
    at
        Day whose rules count.

    Returns
    -------
    list of str
        Code of the body; empty where the words say no place, or places of several bodies.
    """
    profile = default_profile()
    texts = [words_of(one, profile.longest_words)[0] for one in requests]
    answers = geocoder.geocode_many(texts, [one.hints for one in requests], limit=MOST_CANDIDATES)
    codes = [""] * len(requests)
    placed: list[tuple[int, Candidate]] = []
    open_: list[tuple[int, OpenWords]] = []
    for row, answer in enumerate(answers):
        best = answer.best
        if answer.decision is Decision.ACCEPTED and best is not None:
            placed.append((row, best))
        elif answer.candidates:
            words = OpenWords(candidates=answer.candidates, category=requests[row].category)
            open_.append((row, words))
    if placed:
        table = resolver.assign(
            np.array([(best.lon, best.lat) for _, best in placed]),
            np.array([resolver.category(requests[row].category) for row, _ in placed], np.int32),
            at=at,
            accuracy_m=np.array([accuracy_95_m(best) for _, best in placed]),
            threads=1,
        )
        for (row, _), code in zip(placed, table.body_codes(), strict=True):
            codes[row] = code
    least = profile.least_trust
    owners = owners_of_words(
        resolver, [words for _, words in open_], at, least_trust=least, threads=1
    )
    for (row, _), owner in zip(open_, owners, strict=True):
        if owner.agreed >= 0:
            codes[row] = resolver.compiled.bodies[owner.agreed].code
    return codes


class _Stages:
    """Processor time by stage."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()

    def time(self, name: str, work: Callable[[], Any]) -> Any:  # noqa: ANN401 - of any work
        started = time.thread_time()
        try:
            return work()
        finally:
            self.seconds[name] += time.thread_time() - started

    def microseconds(self, n: int) -> dict[str, float]:
        """Give the microseconds of each stage for one of ``n`` requests."""
        return {name: round(1e6 * seconds / n, 1) for name, seconds in self.seconds.items()}


def _staged(intake: TicketIntake, requests: Sequence[NewTicket], now: datetime) -> dict[str, Any]:
    """Do the stages of intake without the store one after another, and time them."""
    stages, catalogue = _Stages(), default_catalogue()
    examiner, finder = intake.examiner, intake.examiner.finder()
    if finder is None:
        raise ValueError("the city of the benchmark has a rule book")
    started = time.perf_counter()
    for first in range(0, len(requests), INTAKE_BATCH):
        given = requests[first : first + INTAKE_BATCH]

        def read(given: Sequence[NewTicket] = given) -> list[Request]:
            return [read_request(one, catalogue=catalogue, key=_KEY, now=now) for one in given]

        found: list[Request] = stages.time("read", read)
        stages.time("mask", lambda found=found: [examiner.mask_texts(one) for one in found])
        stages.time(
            "words and coordinates",
            lambda found=found: find_places(
                found,
                geocoder=examiner.geocoder(),
                locator=finder.resolver.grounds.locator,
                profile=examiner.profile,
            ),
        )
        stages.time("owners", lambda found=found: finder.find(found))
        answers = [one.answer for one in found if one.answer is not None]
        stages.time("decisions", lambda answers=answers: [prepare_decision(a) for a in answers])
    elapsed = time.perf_counter() - started
    return {
        "stages_us": stages.microseconds(len(requests)),
        "without_store_per_s": round(len(requests) / elapsed),
    }


def _with_store(intake: TicketIntake, requests: Sequence[NewTicket]) -> dict[str, Any]:
    states: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    started, cpu = time.perf_counter(), time.process_time()
    for first in range(0, len(requests), INTAKE_BATCH):
        for taken in intake.take(requests[first : first + INTAKE_BATCH], now=datetime.now(UTC)):
            states[taken.ticket.state] += 1
            reasons.update(one["code"] for one in taken.ticket.review)
    elapsed, cpu = time.perf_counter() - started, time.process_time() - cpu
    return {
        "with_store_per_s": round(len(requests) / elapsed),
        "with_store_cpu_us": round(1e6 * cpu / len(requests), 1),
        "states": dict(states),
        "reasons": dict(reasons),
    }


def measure(url: str, folder: Path, requests: Sequence[NewTicket], slots: int) -> dict[str, Any]:
    """Measure words to bodies, and intake, of requests about the city of a store.

    Parameters
    ----------
    url, folder
        Of the store.
    requests
        A share of them for each slot; the last share is also taken in.
    slots
        Times around; the best counts.
    """
    store = create_store(url, folder)
    resolver, geocoder = load_resolver(store), Geocoder(load_gazetteer(store))
    at = requests[-1].received_at
    if at is None:
        raise ValueError("the requests of the benchmark have times of receipt")
    day = at.date()
    share = len(requests) // (slots + 1)
    # The first share only fills the caches.
    bodies_of_words(resolver, geocoder, requests[:share], day)
    rates: list[float] = []
    n_owned = n_asked = 0
    for slot in range(1, slots + 1):
        asked = requests[slot * share : (slot + 1) * share]
        started, found = time.perf_counter(), []
        for first in range(0, len(asked), BATCH):
            found += bodies_of_words(resolver, geocoder, asked[first : first + BATCH], day)
        rates.append(round(len(asked) / (time.perf_counter() - started)))
        n_owned += sum(map(bool, found))
        n_asked += len(asked)
    intake = TicketIntake(
        TicketStore(store),
        resolver=lambda: resolver,
        geocoder=lambda: geocoder,
        catalogue=default_catalogue,
        key=_KEY,
    )
    some = requests[-share:]
    _staged(intake, some[:INTAKE_BATCH], datetime.now(UTC))
    staged = _staged(intake, some, datetime.now(UTC))
    kept = _with_store(intake, some)
    store.close()
    return {
        "text_to_body_per_s": max(rates),
        "slots": rates,
        "owned_by_words": round(n_owned / n_asked, 4),
        "intake": staged | kept,
    }


if __name__ == "__main__":
    store_url, data, listing, times = sys.argv[1:]
    given = read_requests(Path(listing))
    print(json.dumps(measure(store_url, Path(data), given, int(times)), ensure_ascii=False))
