"""Ours and the query in turn, on the same processor."""

import argparse
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.console import progress
from bench.owners.peer import Answers, Peer
from bench.owners.questions import Questions
from bench.owners.workers import OursProcess

Columns = dict[str, NDArray[Any]]
"""Answers of ours by column; see ``bench.owners.ours``."""


@dataclass
class Turns:
    """Measures one kind of questions after another.

    Parameters
    ----------
    ours
        Running.
    peer
        Loaded; None where it is missing.
    folder
        Of the questions, ``NAME.npz``; answers go beside them.
    at
        Date asked about.
    arguments
        Of the command line.

    Attributes
    ----------
    peer_answers
        By form of the query: what it answered to the questions measured last.
    """

    ours: OursProcess
    peer: Peer | None
    folder: Path
    at: date
    arguments: argparse.Namespace

    def __post_init__(self) -> None:
        """Start without answers."""
        self.peer_answers: dict[str, Answers] = {}

    def measure(self, name: str, asked: Questions) -> dict[str, Any]:
        """Time ours and every form of the query in turn.

        Parameters
        ----------
        name
            Of the questions.
        asked
            The same questions.

        Returns
        -------
        dict
            Rows per second of the best slot and of each, ``ratio_to_sql`` to the fastest form.

        Notes
        -----
        The first answers of both do not count; those of the query are kept for comparison.
        """
        self._assign(name, len(asked), out=self.folder / f"{name}-ours.npz")
        slots: list[dict[str, Any]] = []
        forms = self._warm_forms(asked)
        for _ in range(self.arguments.slots):
            slots.append(self._assign(name, len(asked)))
            progress.print(f"  ours: {len(asked) / slots[-1]['wall_s']:,.0f} rows/s")
            self._slot(forms)
        slots.append(self._assign(name, len(asked)))
        single = self._order("single", name, self.arguments.n_single)
        speeds = [round(len(asked) / slot["wall_s"]) for slot in slots]
        per_cpu_s = max(len(asked) / slot["cpu_s"] for slot in slots)
        rates = {form: max(row["slots"]) for form, row in forms.items() if row["slots"]}
        best = max(rates, key=lambda form: rates[form], default=None)
        return {
            "owners_per_s": max(speeds),
            "owners_per_cpu_s": round(per_cpu_s),
            "slots": speeds,
            "one_by_one": round(slots[0]["one_by_one"], 6),
            **single,
            "best_form": best,
            "sql_rows_per_s": rates[best] if best else None,
            "ratio_to_sql": round(max(speeds) / rates[best], 1) if best else None,
            "sql_forms": {
                form: {"rows_per_s": rates.get(form), **row} for form, row in forms.items()
            },
        }

    def answers(self, name: str) -> Columns:
        """Read what ours answered to questions that were measured."""
        with np.load(self.folder / f"{name}-ours.npz") as columns:
            return dict(columns)

    def _order(self, what: str, name: str, n: int, **more: str) -> dict[str, Any]:
        questions = str(self.folder / f"{name}.npz")
        return self.ours.order(do=what, questions=questions, n=n, at=self.at.isoformat(), **more)

    def _assign(self, name: str, n: int, out: Path | None = None) -> dict[str, Any]:
        return self._order("assign", name, n, out="" if out is None else str(out))

    def _warm_forms(self, asked: Questions) -> dict[str, dict[str, Any]]:
        """Load the rows of the query, and ask each form once; its answers are kept."""
        self.peer_answers = {}
        forms: dict[str, dict[str, Any]] = {}
        if self.peer is None:
            return forms
        self.peer.load(asked.first(self.arguments.n_sql))
        for form in self.peer.forms:
            self.peer_answers[form.name] = self.peer.answers(form)
            forms[form.name] = {"slots": [], "cpu_slots": [], "spent_s": 0.0}
        return forms

    def _slot(self, forms: dict[str, dict[str, Any]]) -> None:
        """Ask each form once more, unless its budget is spent."""
        for form in self.peer.forms if self.peer is not None else ():
            row = forms[form.name]
            if self.peer is None or row["spent_s"] > self.arguments.budget_s:
                continue
            taken = self.peer.ask(form)
            row["spent_s"] = round(row["spent_s"] + taken.wall_s, 2)
            row["slots"].append(round(self.arguments.n_sql / taken.wall_s, 1))
            row["cpu_slots"].append(round(self.arguments.n_sql / max(taken.cpu_s, 1e-9), 1))
            progress.print(f"  query, {form.name}: {row['slots'][-1]:,.0f} rows/s")
