"""Why tickets belong together, in one sentence."""

from datetime import timedelta

from governance.tickets.records import NearTicket
from governance.tickets.terms import LinkKind

__all__ = ["explain_link", "ordinal"]

_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


def explain_link(
    kind: LinkKind, ticket: NearTicket, other: NearTicket, score: float, count: int, days: int
) -> tuple[str, str]:
    """Say why a ticket belongs to an earlier one, in Chinese and English.

    Parameters
    ----------
    kind
        How they belong together.
    ticket, other
        The later and the earlier one.
    score
        As of the link.
    count, days
        Of a repeat: which time it is, and the longest time from one to the next.
    """
    zh, en = _ago(ticket.received_at - other.received_at)
    if kind is LinkKind.DUPLICATE:
        return (
            f"与{zh}的一件诉求文字相同（相似度{score:.2f}）",
            f"The same words as a request {en} (similarity {score:.2f})",
        )
    if kind is LinkKind.SAME_REQUEST:
        channel = other.channel or "?"
        return (
            f"同一诉求人{zh}已通过其他渠道（{channel}）反映同一事项",
            f"The same caller asked for the same {en} over another channel ({channel})",
        )
    spot = f"：{ticket.place_label}" if ticket.place_label else ""
    told = (
        f"The {ordinal(count)} request of this category at this spot, each within {days} days of "
        f"the one before; the last came {en}"
    )
    return f"同一点位{days}天内相继反映同类问题，这是第{count}次，上一次在{zh}{spot}", told


def ordinal(number: int) -> str:
    """Write 1st, 2nd, 3rd, 4th, 11th, 21st."""
    teens = 10 < number % 100 < 14  # noqa: PLR2004 - 11th, 12th, 13th
    ending = "th" if teens else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _ago(time: timedelta) -> tuple[str, str]:
    """Say how long ago, rounded down."""
    if time < _MINUTE:
        return "不到1分钟前", "less than a minute before"
    for unit, zh, en in ((_DAY, "天", "day"), (_HOUR, "小时", "hour"), (_MINUTE, "分钟", "minute")):
        number = time // unit
        if number:
            return f"{number}{zh}前", f"{number} {en}{'s' if number > 1 else ''} before"
    raise AssertionError(time)  # a minute at least
