"""What is asked: places inside the city, each with a category and a kind of caller."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.layers import BenchLayer
from bench.points import ticket_points, uniform_points
from bench.reference import owners_by_shapely
from geo.arrays import BoolArray, FloatArray, IntArray, LonLatArray
from governance.book.definition import Category
from xiaqu.demo.tickets.catalogue import read_catalogue

ENTERPRISE_SHARE = 0.1


@dataclass(frozen=True)
class Questions:
    """Places with what is asked there, n rows.

    Parameters
    ----------
    lonlat
        Shape (n, 2), degrees.
    category
        Shape (n,), ordinals in the catalogue by ascending code.
    is_enterprise
        Shape (n,): the caller is an enterprise, else a person.
    """

    lonlat: LonLatArray
    category: IntArray
    is_enterprise: BoolArray

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.category)

    def first(self, n_rows: int) -> "Questions":
        """Give the first rows."""
        return Questions(self.lonlat[:n_rows], self.category[:n_rows], self.is_enterprise[:n_rows])

    def save(self, path: Path) -> None:
        """Write an .npz file."""
        columns: dict[str, Any] = vars(self)
        np.savez(path, **columns)

    @classmethod
    def open(cls, path: Path) -> "Questions":
        """Read what ``save`` wrote."""
        with np.load(path) as columns:
            return cls(**columns)


def draw_even(
    grid: BenchLayer, categories: tuple[Category, ...], n_rows: int, seed: int
) -> Questions:
    """Draw places evenly inside the city, and every category as often as any other."""
    drawn = _inside(grid, n_rows, seed, is_even=True)
    random = np.random.default_rng(seed)
    return _questions(drawn, random.integers(0, len(categories), len(drawn)), seed)


def draw_as_tickets(
    grid: BenchLayer, categories: tuple[Category, ...], n_rows: int, seed: int
) -> Questions:
    """Draw places and categories as tickets fall: in clusters, and mostly about a few matters."""
    drawn = _inside(grid, n_rows, seed, is_even=False)
    random = np.random.default_rng(seed)
    weights = ticket_weights(categories)
    return _questions(drawn, random.choice(len(categories), len(drawn), p=weights), seed)


def ticket_weights(categories: tuple[Category, ...]) -> FloatArray:
    """Share of each category among the tickets of the demo city, shape (n,), summing to 1."""
    by_path = {item.path: float(item.weight) for item in read_catalogue().categories}
    weights: FloatArray = np.array([by_path.get(entry.path, 0.0) for entry in categories])
    return weights / weights.sum()


def _inside(grid: BenchLayer, n_rows: int, seed: int, *, is_even: bool) -> LonLatArray:
    parts: list[LonLatArray] = []
    n_found = 0
    while n_found < n_rows:
        seed += 1
        draw = uniform_points if is_even else ticket_points
        drawn = draw(grid, n_rows, seed)
        parts.append(drawn[owners_by_shapely(grid.shapes, drawn) >= 0])
        n_found += len(parts[-1])
    return np.concatenate(parts)[:n_rows]


def _questions(lonlat: LonLatArray, category: IntArray, seed: int) -> Questions:
    random = np.random.default_rng(seed + 1000)
    is_enterprise = random.random(len(lonlat)) < ENTERPRISE_SHARE
    return Questions(lonlat, category.astype(np.int32), is_enterprise)
