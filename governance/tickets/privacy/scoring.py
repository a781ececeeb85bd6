"""How well masking works on texts whose personal stretches are marked by hand.

A marked text has ``{{kind|text}}`` around what is personal and ``[[text]]`` around names of places
that must stay. A city can write such texts of its own and measure.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from governance.tickets.privacy.found import Kind
from governance.tickets.privacy.mask import mask

__all__ = ["Case", "Score", "read_case", "score"]

_MARK = re.compile(r"\{\{(?P<kind>[a-z_]+)\|(?P<text>[^{}]+)\}\}|\[\[(?P<kept>[^\[\]]+)\]\]")


@dataclass(frozen=True, slots=True)
class Case:
    """A text and what in it is personal.

    Attributes
    ----------
    text
        Without the marks.
    personal
        Kind and span of each stretch.
    kept
        Spans of names that must stay.
    known
        Words of the caller, as :func:`governance.tickets.privacy.mask.mask` takes them.
    """

    text: str
    personal: tuple[tuple[Kind, int, int], ...] = ()
    kept: tuple[tuple[int, int], ...] = ()
    known: tuple[str, ...] = ()


@dataclass(slots=True)
class Score:
    """Counts over cases.

    ``n_of_kind`` and ``n_found_of_kind`` count stretches; a stretch is found when all its letters
    and digits are masked. ``n_findings`` counts what was masked, ``n_needless`` what of it touches
    no stretch. ``missed``, ``needless`` and ``lost`` name the texts.
    """

    n_cases: int = 0
    n_of_kind: dict[str, int] = field(default_factory=dict)
    n_found_of_kind: dict[str, int] = field(default_factory=dict)
    n_findings: int = 0
    n_needless: int = 0
    n_kept: int = 0
    n_lost: int = 0
    missed: list[str] = field(default_factory=list)
    needless: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float:
        """Share of stretches that were found; 1 where there are none."""
        total = sum(self.n_of_kind.values())
        return sum(self.n_found_of_kind.values()) / total if total else 1.0

    @property
    def precision(self) -> float:
        """Share of findings that touch a stretch; 1 where nothing was found."""
        return 1 - self.n_needless / self.n_findings if self.n_findings else 1.0

    def report(self) -> str:
        """Write the recall of each kind, precision and kept names, one line each."""
        lines = [
            f"{kind:<12}{self.n_found_of_kind.get(kind, 0):>5} of {n:>5}"
            for kind, n in sorted(self.n_of_kind.items())
        ]
        lines.append(f"{'recall':<12}{self.recall:.4f} over {self.n_cases} cases")
        lines.append(f"{'precision':<12}{self.precision:.4f} of {self.n_findings} findings")
        lines.append(f"{'kept':<12}{self.n_kept - self.n_lost:>5} of {self.n_kept:>5}")
        return "\n".join(lines)


def read_case(marked: str, known: Sequence[str] = ()) -> Case:
    """Read a marked text.

    Raises
    ------
    ValueError
        A mark names a kind that does not exist.
    """
    parts: list[str] = []
    personal, kept = [], []
    at = length = 0
    for match in _MARK.finditer(marked):
        parts.append(marked[at : match.start()])
        length += match.start() - at
        inner = match["text"] or match["kept"]
        span = (length, length + len(inner))
        if match["kind"]:
            personal.append((Kind(match["kind"]), *span))
        else:
            kept.append(span)
        parts.append(inner)
        length += len(inner)
        at = match.end()
    parts.append(marked[at:])
    return Case("".join(parts), tuple(personal), tuple(kept), tuple(known))


def score(cases: Iterable[Case]) -> Score:
    """Mask every case and count what was found, what was needless and what was lost."""
    result = Score()
    for case in cases:
        result.n_cases += 1
        _add(result, case)
    return result


def _add(result: Score, case: Case) -> None:
    masked = mask(case.text, known=case.known)
    hidden = {at for one in masked.findings for at in range(one.start, one.end)}
    for kind, start, end in case.personal:
        result.n_of_kind[kind] = result.n_of_kind.get(kind, 0) + 1
        telling = {at for at in range(start, end) if case.text[at].isalnum()}
        if telling <= hidden:
            result.n_found_of_kind[kind] = result.n_found_of_kind.get(kind, 0) + 1
        else:
            result.missed.append(f"{kind} {case.text[start:end]} in: {case.text} -> {masked.text}")
    for start, end in case.kept:
        result.n_kept += 1
        if masked.text[start:end] != case.text[start:end]:
            result.n_lost += 1
            result.lost.append(f"{case.text[start:end]} in: {case.text} -> {masked.text}")
    for one in masked.findings:
        result.n_findings += 1
        if not any(one.start < end and start < one.end for _, start, end in case.personal):
            result.n_needless += 1
            result.needless.append(
                f"{one.kind} {case.text[one.start : one.end]} in: {case.text} -> {masked.text}"
            )
