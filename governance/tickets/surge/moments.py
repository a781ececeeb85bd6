"""The days and moments at which a past span is looked at."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np

from geo.arrays import FloatArray
from governance.clocks.calendar import CHINA_TIME

__all__ = ["days_of", "moments_of"]


def days_of(since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Cut a span at the midnights in China."""
    start = since.astimezone(CHINA_TIME)
    while start < until:
        midnight = start.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        yield start, min(midnight, until)
        start = midnight


def moments_of(
    time_s: FloatArray, start: datetime, end: datetime, every: timedelta
) -> Iterator[datetime]:
    """List the moments at which something has come in since the one before."""
    step_s = every.total_seconds()
    inside = time_s[(time_s >= start.timestamp()) & (time_s < end.timestamp())]
    for number in np.unique(np.ceil(inside / step_s)).tolist():
        yield min(datetime.fromtimestamp(number * step_s, CHINA_TIME), end)
