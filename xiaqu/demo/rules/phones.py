"""Work phones and people that cannot be mistaken for real ones."""

import numpy as np

__all__ = ["PhoneBook", "invent_people"]

_FIRST_NUMBER = 55_500_001
_FAMILIES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN = "安平和宁康明清远达诚信德文博雅静思敏行健"


class PhoneBook:
    """Deals work phones in order.

    All have the area code 000, which no place in China has and none can be dialled with.
    """

    def __init__(self, first: int = _FIRST_NUMBER) -> None:
        self._next = first

    def next(self) -> str:
        """Deal the next number."""
        number = self._next
        self._next += 1
        return f"000-{number}"


def invent_people(rng: np.random.Generator, count: int) -> list[str]:
    """Invent names of people; 示 in the middle says that they are for demonstration."""
    family = rng.integers(0, len(_FAMILIES), count).tolist()
    given = rng.integers(0, len(_GIVEN), count).tolist()
    return [f"{_FAMILIES[f]}示{_GIVEN[g]}" for f, g in zip(family, given, strict=True)]
