"""What is said of an incident: its title, where it is, and the sentence to read out."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rapidfuzz.distance import Prefix

from governance.clocks.calendar import CHINA_TIME

__all__ = ["Told", "later", "name_place", "tell"]

_DAYS_A_YEAR = 365.25
_FEW = 0.1
_MANY = 10.0
_STEP_M = 100
_LONGEST_YEARS = 1_000_000
_LATER_ZH, _LATER_EN = "；至", "; by "


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Title and sentence, in Chinese and English."""

    title_zh: str
    title_en: str
    why_zh: str
    why_en: str


def name_place(labels: Sequence[str], township: str, community: str) -> str:
    """Name the place of an incident.

    Parameters
    ----------
    labels
        What its tickets call their places; empty ones do not count.
    township, community
        Names of the areas at its centre; may be empty.

    Returns
    -------
    place
        What most labels share, 东湖街道红岭里; where they share nothing the names of the areas.
    """
    known = [label for label in labels if label]
    if known:
        # A few stray words must not hide what the others share.
        starts = Counter(label[: _shared(label, known)] for label in known)
        best, _times = max(starts.items(), key=lambda one: (one[1] * len(one[0]), one[0]))
        best = best.rstrip("0123456789 -")
        if len(best.removeprefix(township)) > 1:
            return best
    return township + community


def _shared(label: str, labels: Sequence[str]) -> int:
    """Give the longest beginning that half of the labels share."""
    lengths = sorted((Prefix.similarity(label, other) for other in labels), reverse=True)
    # The label itself is among them.
    return lengths[(len(labels) - 1) // 2]


def tell(
    *,
    category: str,
    place: str,
    window_h: float,
    radius_m: float,
    n_tickets: int,
    expected: float,
    p_value: float,
) -> Told:
    """Say what was found.

    Parameters
    ----------
    category, place
        Names.
    window_h, radius_m
        How long, and how far around the place.
    n_tickets, expected
        How many there are and how many are usual.
    p_value
        How many so unlikely proposals chance makes in a day.
    """
    metres = max(_STEP_M, -(-round(radius_m) // _STEP_M) * _STEP_M)
    usual_zh, usual_en = _usual(expected)
    chance_zh, chance_en = _chance(p_value)
    hours = f"{window_h:g}"
    where = place or "该处"
    return Told(
        title_zh=f"{where}周边{category}集中诉求",
        title_en=f"Many requests about {category} around {place or 'one place'}",
        why_zh=(
            f"近{hours}小时{where}周边{metres}米{category}诉求{n_tickets}件，"
            f"同期通常{usual_zh}件；全市范围偶然出现同等情形{chance_zh}"
        ),
        why_en=(
            f"{n_tickets} requests about {category} within {metres} m of {place or 'one place'} "
            f"in {hours} h, where {usual_en} are usual; in the whole city chance alone brings "
            f"the like {chance_en}"
        ),
    )


def later(why_zh: str, why_en: str, at: datetime, n_tickets: int) -> tuple[str, str]:
    """Add to the sentence, or put in place of what was added before, how many there are by now."""
    clock = f"{at.astimezone(CHINA_TIME):%H:%M}"
    zh, en = why_zh.partition(_LATER_ZH)[0], why_en.partition(_LATER_EN)[0]
    return (
        f"{zh}{_LATER_ZH}{clock}累计{n_tickets}件",
        f"{en}{_LATER_EN}{clock} there are {n_tickets}",
    )


def _usual(expected: float) -> tuple[str, str]:
    if expected < _FEW:
        return "不到0.1", "less than 0.1"
    text = f"{expected:.1f}" if expected < _MANY else f"{expected:.0f}"
    return text, text


def _chance(p_value: float) -> tuple[str, str]:
    days = 1.0 / max(p_value, 1e-300)
    years = days / _DAYS_A_YEAR
    if years > _LONGEST_YEARS:
        return "不到一百万年一次", "less than once in a million years"
    if years >= 1.0:
        return f"约{years:,.0f}年一次", f"about once in {years:,.0f} years"
    return f"约{days:,.0f}天一次", f"about once in {days:,.0f} days"
