"""CPU time of processes, read from /proc (Linux)."""

import os
from pathlib import Path

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
# Positions in /proc/<pid>/stat counted after the closing parenthesis of the command name.
_PARENT, _UTIME, _STIME, _CUTIME, _CSTIME = 1, 11, 12, 13, 14


def _stat_fields(pid: int) -> list[str] | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:  # the process has ended
        return None
    return text[text.rindex(")") + 2 :].split()


def process_tree(root: int) -> list[int]:
    """List a process and all its living descendants.

    Parameters
    ----------
    root
        Process id.

    Returns
    -------
    list of int
        ``root`` first; empty when it has ended.
    """
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat_fields(int(entry.name))) is not None:
            children.setdefault(int(fields[_PARENT]), []).append(int(entry.name))
    if _stat_fields(root) is None:
        return []
    found = [root]
    for pid in found:
        found.extend(children.get(pid, []))
    return found


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that ended and waits for its parent does not."""
    fields = _stat_fields(pid)
    return fields is not None and fields[0] != "Z"


def tree_cpu_s(root: int) -> float:
    """Sum the CPU seconds of a process, its living descendants and the children they reaped.

    Parameters
    ----------
    root
        Process id of a server, such as a PostgreSQL postmaster.

    Returns
    -------
    float
        User plus system time in seconds; the resolution is one clock tick, usually 10 ms.
    """
    ticks = 0
    for pid in process_tree(root):
        fields = _stat_fields(pid)
        if fields is not None:
            ticks += sum(int(fields[at]) for at in (_UTIME, _STIME, _CUTIME, _CSTIME))
    return ticks / _TICKS_PER_S


def pin_tree(root: int, cpus: set[int]) -> None:
    """Pin a process and all its living descendants, and so those they start later.

    Parameters
    ----------
    root
        Process id.
    cpus
        Numbers of the processors they may use.
    """
    for pid in process_tree(root):
        try:
            os.sched_setaffinity(pid, cpus)
        except ProcessLookupError:  # ended between the listing and the call
            continue
