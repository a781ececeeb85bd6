"""House numbers as text, and the roads or estates that they belong to."""

import re
import unicodedata

_NUMBER = re.compile(
    r"""^(?P<before>[甲乙丙丁戊己庚辛]?)
        (?P<number>\d{1,6})
        (?P<after>(?:[甲乙丙丁戊己庚辛a-z]|之\d+|附\d+|-\d+(?!\d))?)
        (?:号(?P<last>-\d+|之\d+)?)?
        (?:院|楼|栋|幢|座|弄)?$""",
    re.VERBOSE | re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"^(?P<owner>.*?[^\d甲乙丙丁戊己庚辛第\s-])\s*(?P<number>[甲乙丙丁戊己庚辛]?\d[^号]*号?[-之\d]*)$"
)


def parse_door(text: str) -> tuple[int, str] | None:
    """Read a house number.

    Parameters
    ----------
    text
        ``12``, ``12号``, ``甲12号``, ``12号-2``, ``12-2``, ``12之1号``, ``12A``, full width too.

    Returns
    -------
    number, suffix
        ``suffix`` is 甲, A, -2 or 之1, or empty. None where the text is no house number.
    """
    plain = unicodedata.normalize("NFKC", text).strip().replace(" ", "").replace("#", "号")
    found = _NUMBER.match(plain)
    if found is None or int(found["number"]) == 0:
        return None
    suffix = found["before"] + found["after"] + (found["last"] or "")
    return int(found["number"]), suffix.upper()


def split_address(text: str) -> tuple[str, int, str] | None:
    """Split a full address that ends with a house number.

    Parameters
    ----------
    text
        Such as 柳林街道红岭路12号.

    Returns
    -------
    owner, number, suffix
        ``owner`` is everything before the number, areas included. None where the text does not
        end with a house number.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    found = _ADDRESS.match(plain)
    if found is None:
        return None
    door = parse_door(found["number"])
    return None if door is None else (found["owner"].strip(), *door)
