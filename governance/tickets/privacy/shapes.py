"""Numbers that show what they are by their shape: telephones, ID numbers, bank cards."""

import re

from governance.tickets.privacy.found import Kind

__all__ = ["AREA_BEFORE", "PHONE_BEHIND", "PHONE_WORD", "bare_phone", "loose_phone", "shape_at"]

_REGION = r"(?:[1-6]\d|7[01]|8[1-3]|9\d)\d{4}"
_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_ID = (
    rf"(?P<id>{_REGION}[ \-]?(?:19"
    rf"|20)\d\d{_DAY}[ \-]?\d{{3}}[ \-]?[\dx](?:\d{{1,2}}b?\d?)?(?![\da-z])"
    rf"|{_REGION}[ \-]?(?:19|20)\d\d[ \-]{_DAY}[ \-]\d{{3}}[ \-]?[\dx](?![\da-z])"
    rf"|{_REGION}\d\d{_DAY}\d{{3}}(?![\da-z])"
    r"|(?:\d ){17}[\dx](?![\da-z]))"
)
_EXTENSION = r"(?: ?[(（]?(?:转|ext\.?|分机号?[:：]?) ?\d{1,6})?"
_MOBILE = (
    r"(?P<mobile>(?:(?:00)?86\)?[ \-]{0,2})?(?P<digits>0?1(?:[ \-._·]?[3-9])(?:"
    r"(?:[ \-._~·,，。/)\ufe0f\u20e3]|杠|空格|加|中间|后面|后四位|然后|再)"
    r"{0,3}\d){9})(?!\d)"
    rf"{_EXTENSION})"
)
_LANDLINE = (
    r"(?P<landline>(?:(?:00)?86\)?[ \-]?\(?0?|0)(?:10|2\d"
    r"|[3-9]\d\d)\)?[ \-/]{0,3}[2-9]\d{2,3}[ \-]{0,3}\d{4}(?!\d)"
    rf"(?:-\d{{1,6}}(?!\d)|{_EXTENSION}))"
)
_FREE_CALL = r"(?!\(?(?:400|8(?:00|33|44|55|66|77|88)))"
_AMERICAN = (
    rf"(?P<american>(?:1[ .\-])?{_FREE_CALL}[2-9]\d\d(?:\) ?|[.\-])[2-9]\d\d[ .\-]\d{{4}}(?!\d))"
)
_CARD = (
    r"(?P<card>(?:62|60|4\d|5[1-5]|3[57]|9[58])\d\d(?:[ \-]\d{4}){3}(?:[ \-]\d{1,3})?(?![\d\-])"
    r"|(?:62|60\d|4\d|5[1-5]|9558)\d{13,17}(?![\d\-]))"
)
_TWO_MOBILES = re.compile(r"1[3-9]\d{9}1[3-9]\d{9}(?!\d)")
_FROM_ABROAD = r"(?P<abroad>00(?:852|853|886|1|44|49|33|81|82|61|65)[ \-]?\d[\d \-]{5,11}\d(?!\d))"
_SHAPE = re.compile(rf"{_ID}|{_MOBILE}|{_LANDLINE}|{_FROM_ABROAD}|{_AMERICAN}|{_CARD}")
_ABROAD = re.compile(r"\d{1,3}[ \-]?\(?\d[\d \-()]{5,14}\d(?!\d)")
_KINDS = {
    "id": Kind.ID_NUMBER,
    "mobile": Kind.PHONE,
    "landline": Kind.PHONE,
    "american": Kind.PHONE,
    "abroad": Kind.PHONE,
    "card": Kind.BANK,
}
_BARE = re.compile(
    rf"(?:[2-9]\d{{2,3}}[ \-]?\d{{4}}|[2-9]\d{{9}})(?![\d./年月日元*]"
    rf"|-\d{{7}})(?:{_EXTENSION}-?(?:(?<=-)\d{{1,6}}(?!\d))?)"
)
PHONE_WORD = re.compile(
    r"(?:电话|宅电|预留|小灵通|总机|座机|固话|手机|号码?|传真|拨打?|致电|打|回电|联系"
    r"|tel|phone|call|at"
    r"|mobile|cell|fax)[^\da-z,;，。；]{0,4}$"
)
"""A word of telephoning shortly before a number."""
AREA_BEFORE = re.compile(r"(?<!\d)0(?:10|2\d|[3-9]\d\d)[,，\-—: 号码是座机]{1,6}$")
"""An area code with marks or a word behind it: 区号零五三一，号码……"""
PHONE_BEHIND = re.compile(r" ?(?:[(（](?:家|办|宅|单位|座机|公司|住宅)|转\d)")
"""What shows behind digits that they are a telephone number."""
_LOOSE = re.compile(r"\d(?:[ \-]{0,3}\d){6,12}(?![\d*年月日元])")
_GROUPS = frozenset(
    (
        (11,), (3, 4, 4), (3, 8), (7, 4), (4, 4, 3), (4, 3, 4), (3, 3, 5), (3, 3, 3, 2),
        (5, 6), (6, 5), (3, 2, 2, 2, 2), (3, 2, 3, 3), (2, 3, 3, 3), (3, 4, 2, 2), (3, 2, 2, 4),
        (3, 5, 3), (4, 7),
        (2, 3, 2, 2, 2), (3, 1, 3, 4), (3, 4, 1, 3), (5, 3, 3), (10, 1), (9, 2), (8, 3), (1,) * 11,
    )
)  # fmt: skip
_LISTED = frozenset(((3, 4, 4), (3, 8)))  # apart by commas, as rows of other numbers are
_SPOKEN = re.compile(r"\d+")


def shape_at(flat: str, start: int) -> tuple[Kind, int] | None:
    """Read a number that begins at a digit: its kind and where it ends."""
    if flat[start - 1 : start] == "+":
        abroad = _ABROAD.match(flat, start)
        if abroad:
            return Kind.PHONE, abroad.end()
    match = _SHAPE.match(flat, start)
    if match is None:
        two = _TWO_MOBILES.match(flat, start)
        return (Kind.PHONE, two.end()) if two else None
    kind = match.lastgroup or ""
    if match["mobile"] is not None:
        if not _is_grouped(match["digits"]):
            return None
        kind = "mobile"
    elif match["landline"] is not None:
        kind = "landline"
    return _KINDS[kind], match.end()


def _is_grouped(digits: str) -> bool:
    """Whether digits are grouped as people group telephone numbers."""
    is_listed = any(c in digits for c in ",，。/杠格加间面位后再")
    groups = tuple(len(group) for group in _SPOKEN.findall(digits))
    if digits.startswith("0"):
        groups = (groups[0] - 1, *groups[1:]) if groups[0] > 1 else groups[1:]
    return groups in (_LISTED if is_listed else _GROUPS)


def loose_phone(flat: str, start: int) -> int | None:
    """Find the end of digits behind a label of telephones, however they are grouped."""
    match = _LOOSE.match(flat, start)
    return match.end() if match else None


def bare_phone(flat: str, start: int) -> int | None:
    """End of a telephone number without area code; the words before it must speak of one."""
    match = _BARE.match(flat, start)
    return match.end() if match else None
