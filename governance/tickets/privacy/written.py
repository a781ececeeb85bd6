"""Number plates, e-mail addresses, names on messengers, birthdays and endings of numbers."""

import re
from collections.abc import Iterator

from governance.tickets.privacy.found import Finding, Kind

__all__ = ["find_written"]

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼示"
_PLATE = re.compile(
    rf"[{_PROVINCES}]牌?[ ·.\-]?[a-z][ ·.\-_]{{0,2}}(?P<plate>(?:[a-z\d][ ·\-]?){{3,5}}[a-z\d挂学警港澳领使试超](?:[挂学警港澳领试超]|\d(?!\d))?)(?![a-z\d])"
)
_SPECIAL_PLATE = re.compile(
    rf"wj[ ·\-]?[{_PROVINCES}\d][ ·\-]?[a-z\d]{{4,6}}(?![a-z\d])|[使领][ ·\-]?\d{{3}}[ ·\-]?\d{{3}}(?!\d)"
)
_EMAIL = re.compile(r"[a-z\d][a-z\d._%+\-]* ?(?:@|\[at\]|\(at\)) ?(?:[a-z\d\-]+\.)+[a-z]{2,8}")
_MENTION = re.compile(r"@(?P<token>[\w\u3400-\u9fff\-]{2,10})")
_NICKNAME = re.compile(
    r"(?:昵称|网名|微信名|qq名|账号名)(?:是|为|叫)?[ :：]*[\"']?(?P<token>[^\s,。;:\"'，；：的*]{2,12})"
)
_TAIL = re.compile(r"尾[号数](?:后?[34]位)?(?:是|为)?[ :：(（]*(?P<token>[a-z\d]{3,6})(?![a-z\d*])")
_SEALED = re.compile(r"第(?P<token>\d{5,12})号")
_DATE = r"(?:\d{4}|\d\d)[年.\-/ ]{1,2}\d{1,2}[月.\-/ ]{1,2}(?:初[\d十]|廿[\d十]?|\d?十\d?|\d{1,2})[日号]?"
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_DATE_ENGLISH = (
    rf"(?:\d{{1,2}}[/\-.]\d{{1,2}}[/\-.]\d{{2,4}}|(?:{_MONTHS})[a-z]*\.? \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}"
    rf"|\d{{1,2}} (?:{_MONTHS})[a-z]* \d{{4}})"
)
_BIRTHDAY = re.compile(
    r"(?:出生(?:日期|年月日?|时间|于)?|生日|生于|dob|date of birth|birthday|born)(?:[是为在:：(（ ]|on){0,4}"
    rf"(?P<day>{_DATE}|{_DATE_ENGLISH}|\d{{8}}(?!\d)|\d{{1,2}}月\d{{1,2}}[日号])"
)
_BORN = re.compile(rf"(?P<day>{_DATE})[的(（]?(?:出生|诞生|生人|生(?=[,，。的)）]|$))")
_FIRST_OF_BIRTH = ("生", "birth", "dob", "born")


def find_written(flat: str) -> Iterator[Finding]:
    """Find them in a flattened text; spans may overlap."""
    for match in _PLATE.finditer(flat):
        if any(c.isdigit() for c in match["plate"]):
            yield Finding(Kind.PLATE, *match.span())
    if "wj" in flat or "使" in flat or "领" in flat:
        for match in _SPECIAL_PLATE.finditer(flat):
            yield Finding(Kind.PLATE, *match.span())
    if "@" in flat or "at)" in flat or "at]" in flat:
        for match in _EMAIL.finditer(flat):
            yield Finding(Kind.EMAIL, *match.span())
        for match in _MENTION.finditer(flat):
            yield Finding(Kind.MESSENGER, *match.span("token"))
    if "名" in flat or "昵" in flat:
        for match in _NICKNAME.finditer(flat):
            yield Finding(Kind.MESSENGER, *match.span("token"))
    if "尾" in flat:
        for match in _TAIL.finditer(flat):
            yield Finding(Kind.ACCOUNT, *match.span("token"))
    if "第" in flat:
        for match in _SEALED.finditer(flat):
            yield Finding(Kind.DOCUMENT, *match.span("token"))
    if any(word in flat for word in _FIRST_OF_BIRTH):
        for match in (*_BIRTHDAY.finditer(flat), *_BORN.finditer(flat)):
            yield Finding(Kind.BIRTHDAY, *match.span("day"))
