"""The process that answers: it loads once, then takes requests line by line."""

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

Text: TypeAlias = dict[str, Any]
"""``text`` and ``hints`` (district, township, community, estate; empty where unknown)."""


class Answering(NamedTuple):
    """A library ready to answer.

    Attributes
    ----------
    prepare
        Takes the texts to the form that the library wants; not timed.
    answer
        Answers all of them once; this alone is timed.
    rows
        Takes the answers to rows of plain values, with at least ``province``, ``city``,
        ``district`` and ``township`` by name, empty where not found; not timed.
    """

    prepare: Callable[[Sequence[Text]], Any]
    answer: Callable[[Any], Any]
    rows: Callable[[Any], list[dict[str, Any]]]


def serve(load: Callable[[dict[str, Any]], Answering]) -> None:
    """Load what the options in the first argument say, then answer until the input ends.

    Parameters
    ----------
    load
        Gets the options and returns the library, ready.

    Notes
    -----
    The first line written is ``{"load_s": s}``. Each line read is ``{"texts": FILE, "start":
    number, "n": number, "answers": FILE or ""}``, with files of JSON lines; each line written is
    ``{"seconds": s, "n": number}``. What a library prints goes to standard error.
    """
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def reply(**message: float) -> None:
        replies.write(json.dumps(message) + "\n")
        replies.flush()

    started = time.perf_counter()
    library = load(json.loads(sys.argv[1]))
    reply(load_s=round(time.perf_counter() - started, 2))
    for line in sys.stdin:
        request = json.loads(line)
        with Path(request["texts"]).open(encoding="utf-8") as stream:
            rows = islice(stream, request["start"], request["start"] + request["n"])
            texts = [json.loads(row) for row in rows]
        prepared = library.prepare(texts)
        started = time.perf_counter()
        answers = library.answer(prepared)
        seconds = time.perf_counter() - started
        if request["answers"]:
            with Path(request["answers"]).open("w", encoding="utf-8") as stream:
                found = (json.dumps(row, ensure_ascii=False) for row in library.rows(answers))
                stream.writelines(row + "\n" for row in found)
        reply(seconds=seconds, n=len(texts))


def plain_texts(texts: Sequence[Text]) -> list[str]:
    """Leave out the hints: a library that takes one string gets one string."""
    return [text["text"] for text in texts]
