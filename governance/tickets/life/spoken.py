"""Times and spans as they are said, in Chinese and English."""

from datetime import datetime, timedelta

from governance.clocks.calendar import CHINA_TIME

__all__ = ["say_span", "say_time"]

_MIDNIGHT_ZH = "24时"
_DAY_S, _HOUR_S, _MINUTE_S = 86_400, 3_600, 60


def say_time(moment: datetime | None) -> tuple[str, str]:
    """Say a time in China time, to the minute; midnight is 24:00 of the day before.

    None is said as no deadline.
    """
    if moment is None:
        return "无", "none"
    at = moment.astimezone(CHINA_TIME)
    if (at.hour, at.minute, at.second) == (0, 0, 0):
        day = at - timedelta(days=1)
        return f"{day.year}年{day.month}月{day.day}日{_MIDNIGHT_ZH}", f"{day:%Y-%m-%d} 24:00"
    return f"{at.year}年{at.month}月{at.day}日{at:%H}时{at:%M}分", f"{at:%Y-%m-%d %H:%M}"


def say_span(span: timedelta) -> tuple[str, str]:
    """Say a span in its two largest units of days, hours and minutes; seconds below a minute."""
    left = int(abs(span).total_seconds())
    parts: list[tuple[str, str]] = []
    for size, word, sign in (
        (_DAY_S, "天", "d"),
        (_HOUR_S, "小时", "h"),
        (_MINUTE_S, "分钟", "min"),
    ):
        number, left = divmod(left, size)
        if number:
            parts.append((f"{number}{word}", f"{number} {sign}"))
    if not parts:
        return f"{left}秒", f"{left} s"
    return "".join(part[0] for part in parts[:2]), " ".join(part[1] for part in parts[:2])
