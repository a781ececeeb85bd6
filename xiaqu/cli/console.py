"""What the commands share on the terminal: progress, one-line errors, notes.

Results go to standard output, everything else to standard error, so that results can be piped.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich import progress as rich_progress
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from geo.arrays import Progress

USAGE_ERROR = 2


def output() -> Console:
    """Return a console on standard output; made when needed, so that redirection is seen."""
    return Console(highlight=False)


def notes() -> Console:
    """Return a console on standard error."""
    return Console(stderr=True, highlight=False)


def note(text: str) -> None:
    """Write one line to standard error."""
    notes().print(text, markup=False, soft_wrap=True)


def fail(problem: object) -> int:
    """Write an expected error as one line to standard error.

    Returns
    -------
    exit_code
        2.
    """
    line = " ".join(str(problem).split())
    sys.stderr.write(f"错误 error: {line}\n")
    return USAGE_ERROR


@contextmanager
def progress_bars() -> Iterator[Progress]:
    """Show a bar for each stage of long work on standard error.

    Yields
    ------
    progress
        To be called as progress(stage, done, total); total 0 means unknown.
    """
    console = notes()
    bars = rich_progress.Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        # A log file gets no bars: they would be thousands of lines of noise.
        disable=not console.is_terminal,
    )
    tasks: dict[str, TaskID] = {}

    def report(stage: str, done: int, total: int) -> None:
        if stage not in tasks:
            tasks[stage] = bars.add_task(stage, total=total or None)
        bars.update(tasks[stage], completed=done, total=total or None)

    with bars:
        yield report
