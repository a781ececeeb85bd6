"""Ours, in a process of its own: ``python -m bench.owners.ours FOLDER``, orders as JSON lines."""

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from bench.owners.city import store_url
from bench.owners.questions import Questions
from boundaries.store import create_store
from governance.book.terms import Caller
from governance.owner.answer import OwnerQuestion
from governance.owner.loading import load_resolver
from governance.owner.resolver import OwnerResolver
from governance.owner.table import OwnerTable
from governance.owner.verdict import decide

CALLERS = (Caller.PERSONAL, Caller.ENTERPRISE)


class Ours:
    """Holds the resolver of a store and carries out orders.

    Parameters
    ----------
    folder
        Of the store.
    """

    def __init__(self, folder: Path) -> None:
        started = time.perf_counter()
        store = create_store(store_url(folder), folder / "data")
        self.resolver: OwnerResolver = load_resolver(store)
        self.load_s = time.perf_counter() - started
        self.loaded_mb = status_mb("VmRSS")

    def facts(self) -> dict[str, Any]:
        """Say what was loaded, and what it took."""
        return {"load_s": round(self.load_s, 2), "loaded_mb": self.loaded_mb}

    def assign(self, order: dict[str, Any]) -> dict[str, Any]:
        """Answer for many rows, timed; keep the answers where the order names a file."""
        asked = Questions.open(Path(order["questions"]))
        at = date.fromisoformat(order["at"])
        n = min(order["n"], len(asked))
        callers = [CALLERS[int(flag)] for flag in asked.is_enterprise[:n].tolist()]
        received = np.full(n, np.datetime64(f"{at}T01:00:00"))
        started, cpu = time.perf_counter(), time.process_time()
        table = self.resolver.assign(
            asked.lonlat[:n],
            asked.category[:n],
            at=at,
            callers=callers,
            received_at=received,
            threads=1,
        )
        wall, spent = time.perf_counter() - started, time.process_time() - cpu
        if order.get("out"):
            _save(table, Path(order["out"]))
        return {
            "wall_s": wall,
            "cpu_s": spent,
            "one_by_one": float(table.is_special.mean()),
            "peak_mb": status_mb("VmHWM"),
        }

    def single(self, order: dict[str, Any]) -> dict[str, Any]:
        """Answer row by row: median CPU microseconds, with evidence and without."""
        asked = Questions.open(Path(order["questions"]))
        at = date.fromisoformat(order["at"])
        received = datetime(at.year, at.month, at.day, 1, tzinfo=UTC)
        questions = [
            OwnerQuestion(
                lon=asked.lonlat[row, 0].item(),
                lat=asked.lonlat[row, 1].item(),
                category=self.resolver.categories[int(asked.category[row])].code,
                at=at,
                received_at=received,
                caller=CALLERS[int(asked.is_enterprise[row])],
            )
            for row in range(min(order["n"], len(asked)))
        ]
        return {
            "single_us": _median_us(self.resolver.answer, questions),
            "single_decide_us": _median_us(self._decide, questions),
            "n_single": len(questions),
            "peak_mb": status_mb("VmHWM"),
        }

    def _decide(self, question: OwnerQuestion) -> object:
        """Do what :meth:`OwnerResolver.answer` does up to the verdict: no names, no evidence."""
        resolver = self.resolver
        category = resolver.category(question.category, question.at)
        located = resolver.grounds.locator.locate(
            question.lon, question.lat, at=question.at, accuracy_m=question.accuracy_m
        )
        site = resolver.site(located, category)
        return decide(resolver.compiled, site, category, question.at, question.caller)


def status_mb(name: str) -> float:
    """Read a size of this process from /proc, in megabytes: ``VmHWM`` is the peak.

    ``ru_maxrss`` would count what the parent held when it started this process.
    """
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith(f"{name}:"):
            return round(int(line.split()[1]) / 1024, 1)
    message = f"/proc/self/status has no {name}"
    raise ValueError(message)


def _median_us(answer: Callable[[OwnerQuestion], object], questions: list[OwnerQuestion]) -> float:
    for question in questions[:100]:
        answer(question)
    spent = []
    for question in questions:
        started = time.thread_time_ns()
        answer(question)
        spent.append(time.thread_time_ns() - started)
    return round(median(spent) / 1000, 1)


def _save(table: OwnerTable, path: Path) -> None:
    rules = [*(rule.code for rule in table.compiled.rules), ""]
    np.savez(
        path,
        body=np.array(table.body_codes()),
        step=table.step,
        rule=np.array([rules[rule] for rule in table.rule.tolist()]),
        status=table.status,
        flags=table.flags,
        is_special=table.is_special,
    )


def serve(folder: Path) -> None:
    """Carry out orders from stdin until it ends; one line of JSON for each on stdout."""
    ours = Ours(folder)
    print(json.dumps(ours.facts()), flush=True)
    orders = {"assign": ours.assign, "single": ours.single}
    for line in sys.stdin:
        order = json.loads(line)
        print(json.dumps(orders[order["do"]](order)), flush=True)


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
