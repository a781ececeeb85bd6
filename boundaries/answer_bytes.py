"""The answer for one point as JSON bytes, put together from parts that are made once.

Only the plain case is written here: every partition has exactly one area for the place. All
else (borders, overlaps, gaps, places outside) goes the general way and gives the same JSON.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import isnan, sqrt

import orjson

from boundaries.located import LayerAnswers
from geo.index import IndexChain

_ROOM_FOR_DATES = 64


@dataclass(frozen=True, slots=True)
class _Layer:
    heads: tuple[bytes, ...]
    names: tuple[bytes, ...]
    tails: tuple[bytes, ...]
    parent: int
    parent_ordinals: tuple[int, ...]
    is_overlay: bool

    def entry(self, owner: int, border_m: float, near: list[float] | None) -> bytes:
        """Write the entry of the owner; ``near`` holds squared metres and ordinals in turn."""
        if near is None:
            contenders = b""
        else:
            pairs = zip(near[::2], near[1::2], strict=True)
            contenders = self.names[owner] + b"0.0}"
            contenders += b"".join(
                b",%b%.3f}" % (self.names[int(ordinal)], sqrt(square)) for square, ordinal in pairs
            )
        head, tail = self.heads[owner], self.tails[owner]
        return b'%b%.3f,"contenders":[%b%b' % (head, border_m, contenders, tail)

    def is_misplaced(self, owner: int, owners: list[int]) -> bool:
        """Tell whether the owner names another parent than the one found."""
        if self.parent < 0:
            return False
        named = self.parent_ordinals[owner]
        return named not in (-1, owners[self.parent])


class AnswerWriter:
    """Writes answers over a fixed list of layers.

    Parameters
    ----------
    partitions, overlays
        The layers, in the order of the answer.
    editions
        What the answer says about the edition of each layer.
    """

    def __init__(
        self,
        partitions: Sequence[LayerAnswers],
        overlays: Sequence[LayerAnswers],
        editions: Mapping[str, object],
    ) -> None:
        layers = (*partitions, *overlays)
        keys = [answers.key for answers in partitions]
        self._layers = tuple(
            _layer(answers, layers, keys, is_overlay=position >= len(partitions))
            for position, answers in enumerate(layers)
        )
        self._chain = IndexChain(
            [answers.snapshot.index for answers in layers],
            [layer.is_overlay for layer in self._layers],
        )
        self._end = b',"editions":' + orjson.dumps(editions) + b"}"
        valid = [answers.snapshot.edition for answers in layers]
        self._first = max(edition.valid_from for edition in valid)
        ends = [edition.valid_to for edition in valid if edition.valid_to is not None]
        self._last = min(ends, default=date.max)
        self._dates: dict[date, bytes] = {}

    def write(
        self, lon: float, lat: float, at: date, accuracy_m: float, given: tuple[float, float, str]
    ) -> bytes | None:
        """Write the answer for one point.

        Parameters
        ----------
        lon, lat
            CGCS2000 degrees, checked.
        at
            Date for which to answer.
        accuracy_m
            Accuracy of the place, metres.
        given
            The place as it was given, with its datum.

        Returns
        -------
        answer
            JSON in UTF-8, or None where the general way is needed.
        """
        if not self._first <= at < self._last:
            return None
        values = self._chain.probe(lon, lat, accuracy_m)
        entries: list[bytes] = []
        overlays: list[bytes] = []
        owners: list[int] = []
        is_near = conflict = False
        used = 0
        for layer in self._layers:
            owner, border_m, n = int(values[used]), values[used + 2], int(values[used + 3])
            if values[used + 1]:
                return None
            owners.append(owner)
            if owner < 0:
                if not layer.is_overlay:
                    return None
                used += 4 + 2 * n
                continue
            if isnan(border_m):
                return None
            near = values[used + 4 : used + 4 + 2 * n] if border_m <= accuracy_m else None
            entry = layer.entry(owner, border_m, near)
            if layer.is_overlay:
                overlays.append(entry)
            else:
                entries.append(entry)
                is_near = is_near or near is not None
                conflict = conflict or layer.is_misplaced(owner, owners)
            used += 4 + 2 * n
        flags = [b'"near_border"'] if is_near else []
        if conflict:
            flags.append(b'"nesting_conflict"')
        x, y, datum = given
        return b"".join((
            b'{"input":{"lon":%b,"lat":%b,"datum":"%b"},"location":{"lon":%b,"lat":%b,'
            % (_number(x), _number(y), datum.encode(), _number(lon), _number(lat)),
            b'"datum":"CGCS2000"},"accuracy_m":%b,"at":"%b","chain":['
            % (_number(accuracy_m), self._date(at)),
            b",".join(entries),
            b'],"overlays":[',
            b",".join(overlays),
            b'],"flags":[',
            b",".join(flags),
            b'],"provisional":false',
            self._end,
        ))  # fmt: skip

    def _date(self, at: date) -> bytes:
        text = self._dates.get(at)
        if text is None:
            if len(self._dates) >= _ROOM_FOR_DATES:
                self._dates.clear()
            text = self._dates[at] = at.isoformat().encode()
        return text


def _number(value: float) -> bytes:
    return repr(float(value)).encode()


def _layer(
    answers: LayerAnswers, layers: Sequence[LayerAnswers], keys: list[str], *, is_overlay: bool
) -> _Layer:
    parent = keys.index(answers.parent) if answers.parent in keys else -1
    named: tuple[int, ...] = ()
    if parent >= 0:
        named = tuple(answers.snapshot.parent_ordinals(layers[parent].snapshot).tolist())
    return _Layer(
        heads=tuple(
            orjson.dumps({**head, "rule": "inside"})[:-1] + b',"border_m":'
            for head in answers.heads
        ),
        names=tuple(orjson.dumps(name)[:-1] + b',"distance_m":' for name in answers.names),
        tails=tuple(
            b'],"precedence":%d}' % value if is_overlay else b"]}" for value in answers.precedence
        ),
        parent=parent,
        parent_ordinals=named,
        is_overlay=is_overlay,
    )
