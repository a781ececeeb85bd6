"""Smooth random fields: the irregularity of outlines, density and ground."""

from dataclasses import dataclass

import numpy as np

from geo.arrays import FloatArray

_LATTICE = 64


@dataclass(frozen=True, slots=True)
class NoiseField:
    """Sum of value noise at halving wavelengths; repeats after 64 of the longest ones."""

    lattices: FloatArray
    wavelength_km: float

    @classmethod
    def create(
        cls, rng: np.random.Generator, wavelength_km: float, octaves: int = 4
    ) -> "NoiseField":
        """Draw the lattices; ``wavelength_km`` is that of the coarsest octave."""
        return cls(rng.uniform(-1.0, 1.0, (octaves, _LATTICE, _LATTICE)), wavelength_km)

    def at(self, plane_km: FloatArray) -> FloatArray:
        """Evaluate the field.

        Parameters
        ----------
        plane_km
            Shape (n, 2), kilometres.

        Returns
        -------
        values
            Shape (n,), within [-1, 1], mostly within 0.5 of zero.
        """
        total = np.zeros(len(plane_km))
        weight, sum_of_weights, wavelength = 1.0, 0.0, self.wavelength_km
        for lattice in self.lattices:
            total += weight * _value_noise(lattice, plane_km / wavelength)
            sum_of_weights += weight
            weight, wavelength = weight / 2.0, wavelength / 2.0
        scaled: FloatArray = total / sum_of_weights
        return scaled


def _value_noise(lattice: FloatArray, position: FloatArray) -> FloatArray:
    corner = np.floor(position)
    x, y = (position - corner).T
    x, y = x * x * (3.0 - 2.0 * x), y * y * (3.0 - 2.0 * y)
    column, row = corner.astype(np.int64).T % _LATTICE
    right, above = (column + 1) % _LATTICE, (row + 1) % _LATTICE
    south = lattice[row, column] * (1.0 - x) + lattice[row, right] * x
    north = lattice[above, column] * (1.0 - x) + lattice[above, right] * x
    mixed: FloatArray = south * (1.0 - y) + north * y
    return mixed
