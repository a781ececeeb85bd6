"""Why a deadline is what it is: one sentence, in Chinese and English, for each event of a clock."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from governance.book.definition import Level
from governance.clocks.deadlines import WORKING
from governance.clocks.events import Clock, Extended, Paused, Recalendared, Resumed
from governance.tickets.life.spoken import say_span, say_time
from governance.tickets.terms import STATE_NAMES

__all__ = ["Names", "Said", "say_level", "say_recount", "say_start", "say_state", "say_step"]

Names = Mapping[str, tuple[str, str]]
"""Key of a waiting state to its names, Chinese and English."""

Said = tuple[str, str]
"""What is said, in Chinese and in English."""

_STATES: dict[str, Said] = {str(key): said for key, said in STATE_NAMES.items()}
_VERSION_SHOWN = 8


def say_state(state: str, names: Names) -> Said:
    """Give the name of a state of a ticket or a waiting state; the key where it has none."""
    if state in names:
        return names[state]
    return _STATES.get(state, (state, state))


def say_level(level: Level) -> Said:
    """Say the name, limit and clock of a level."""
    zh, en = _say_limit(level.limit, is_working=level.clock == WORKING)
    return f"“{level.name}”({zh})", f'"{level.name_en}" ({en})'


def _say_limit(limit: timedelta, *, is_working: bool) -> Said:
    if is_working:
        return f"{limit.days}个工作日", f"{limit.days} working days"
    return say_span(limit)


def say_start(clock: Clock) -> Said:
    """Say from when a clock counts, and until when."""
    level_zh, level_en = say_level(clock.level)
    start_zh, start_en = say_time(clock.events[0].at)
    due_zh, due_en = _say_due(clock)
    return (
        f"按{level_zh}自{start_zh}起计，{due_zh}。",
        f"Counted for {level_en} from {start_en}: {due_en}.",
    )


def say_recount(old: Level, before: datetime | None, clock: Clock, names: Names) -> Said:
    """Say that another level counts from the receipt."""
    old_zh, old_en = say_level(old)
    new_zh, new_en = say_level(clock.level)
    was_zh, was_en = say_time(before)
    due_zh, due_en = _say_due(clock)
    if clock.is_paused:
        state = next(e.state for e in reversed(clock.events) if isinstance(e, Paused))
        state_zh, state_en = say_state(state, names)
        due_zh, due_en = f"{due_zh}(“{state_zh}”中)", f"{due_en} ({state_en})"
    zh = f"响应级别由{old_zh}改为{new_zh}，自起算之时重新计算；原到期时间{was_zh}，{due_zh}。"
    en = (
        f"The level changed from {old_en} to {new_en}, counted again from the start; "
        f"it was due {was_en}; {due_en}."
    )
    return zh, en


def say_step(clock: Clock, names: Names) -> Said:
    """Say what the last event of a clock did to its deadline."""
    event, step = clock.events[-1], clock.steps[-1]
    due_zh, due_en = _say_due(clock)
    if isinstance(event, Paused):
        return _say_pause(clock, names)
    if isinstance(event, Resumed):
        pause = next(e for e in reversed(clock.events) if isinstance(e, Paused))
        zh, en = say_state(pause.state, names)
        span_zh, span_en = say_span(event.at - pause.at)
        return (
            f"离开“{zh}”状态，时限恢复，停表{span_zh}；{due_zh}。",
            f"Left the state {en}; the clock runs on after standing for {span_en}; {due_en}.",
        )
    before_zh, before_en = say_time(step.due_at_before)
    if isinstance(event, Extended):
        by_zh, by_en = _say_limit(event.by, is_working=clock.level.clock == WORKING)
        because_zh, because_en = _because(event.reason)
        return (
            f"{because_zh}延期{by_zh}；原到期时间{before_zh}，{due_zh}。",
            f"Extended by {by_en}{because_en}; it was due {before_en}; {due_en}.",
        )
    if isinstance(event, Recalendared):
        return _say_calendar(clock, event, step.due_at_before)
    return say_start(clock)


def _say_pause(clock: Clock, names: Names) -> Said:
    step = clock.steps[-1]
    zh, en = say_state(step.why, names)
    before_zh, before_en = say_time(step.due_at_before)
    if step.had_run_out:
        return (
            f"进入“{zh}”状态，但时限已于{before_zh}届满，不再停表。",
            f"Entered the state {en}, but the time was up at {before_en}: the clock does not stop.",
        )
    return (
        f"进入“{zh}”状态，时限暂停；原到期时间{before_zh}，停表期间不计时。",
        f"Entered the state {en}: the clock stands; it was due {before_en}.",
    )


def _say_calendar(clock: Clock, event: Recalendared, before: datetime | None) -> Said:
    version = event.calendar.version[:_VERSION_SHOWN]
    because_zh, because_en = _because(event.reason)
    before_zh, before_en = say_time(before)
    due_zh, due_en = _say_due(clock)
    if clock.due_at == before:
        moved_zh, moved_en = f"不变，{due_zh}", f"nothing changes: {due_en}"
    else:
        moved_zh, moved_en = f"原到期时间{before_zh}，{due_zh}", f"it was due {before_en}; {due_en}"
    return (
        f"{because_zh}改用工作日历{version}，自起算之时重新计算；{moved_zh}。",
        f"Counted again by working calendar {version}{because_en}; {moved_en}.",
    )


def _because(reason: str) -> Said:
    return (f"因{reason}，", f" because of {reason}") if reason else ("", "")


def _say_due(clock: Clock) -> Said:
    if clock.due_at is None:
        return "时限暂停中", "the clock stands"
    zh, en = say_time(clock.due_at)
    doubt_zh, doubt_en = "", ""
    if clock.steps[-1].is_provisional:
        doubt_zh, doubt_en = "(其中有日期尚未公布，暂定)", " (provisional: days are not published)"
    return f"到期时间{zh}{doubt_zh}", f"due {en}{doubt_en}"
