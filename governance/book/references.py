"""Body references: what stands in a rule book where a body is named."""

from dataclasses import dataclass
from enum import Enum, auto

__all__ = ["BodyReference", "ReferenceKind", "parse_reference"]


class ReferenceKind(Enum):
    """How a reference finds its body; see :mod:`governance.book.definition`."""

    BODY = auto()
    AREA = auto()
    CITY = auto()
    DISTRICT = auto()
    TOWNSHIP = auto()
    COMMUNITY = auto()
    FUNCTION = auto()
    DISTRICT_FUNCTION = auto()
    CITY_FUNCTION = auto()
    ATTRIBUTE = auto()
    ESTATE = auto()


_WORDS = {
    "@area": ReferenceKind.AREA,
    "@city": ReferenceKind.CITY,
    "@district": ReferenceKind.DISTRICT,
    "@township": ReferenceKind.TOWNSHIP,
    "@community": ReferenceKind.COMMUNITY,
    "@function": ReferenceKind.FUNCTION,
    "@estate": ReferenceKind.ESTATE,
}
_HEADS = {
    "@district/": ReferenceKind.DISTRICT_FUNCTION,
    "@city/": ReferenceKind.CITY_FUNCTION,
    "@attribute:": ReferenceKind.ATTRIBUTE,
}


@dataclass(frozen=True, slots=True)
class BodyReference:
    """A reference taken apart.

    ``name`` is the code of the body, the function, or the attribute; empty for the other kinds.
    """

    kind: ReferenceKind
    name: str = ""


def parse_reference(text: str) -> BodyReference:
    """Take a body reference apart.

    Parameters
    ----------
    text
        As it stands in a rule book.

    Returns
    -------
    BodyReference
        Its kind and name; whether the body exists is not looked at.

    Raises
    ------
    ValueError
        Empty, or a word beginning with ``@`` that is none; names the text and the words known.
    """
    if not text.startswith("@"):
        if not text.strip():
            raise ValueError("a body reference is empty; expected the code of a body or a word")
        return BodyReference(ReferenceKind.BODY, text)
    word = _WORDS.get(text)
    if word is not None:
        return BodyReference(word)
    for head, kind in _HEADS.items():
        name = text.removeprefix(head)
        if name != text and name:
            return BodyReference(kind, name)
    known = ", ".join([*_WORDS, *(head + "NAME" for head in _HEADS)])
    raise ValueError(
        f"{text!r} is no body reference; expected the code of a body or one of {known}"
    )
