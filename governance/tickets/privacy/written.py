"""Number plates, e-mail addresses, names on messengers, birthdays and endings of numbers."""

import re
from collections.abc import Iterator

from governance.tickets.privacy.found import Finding, Kind

__all__ = ["find_written"]

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼示"
_PLATE = re.compile(
    rf"[{_PROVINCES}]牌?[ ·.\-]?[a-z][ ·.\-_]{{0,2}}(?P<plate>(?:[a-z\d][ ·\-]?)"
    rf"{{3,5}}[a-z\d挂学警港澳领使试超临](?:应急|[挂学警港澳领试超临]|\d(?!\d))?)(?![a-z\d])"
)
_SPECIAL_PLATE = re.compile(
    rf"(?P<token>wj[ ·\-]?[{_PROVINCES}\d][ ·\-]?[a-z\d]{{4,6}}(?![a-z\d])"
    rf"|[使领][ ·\-]?\d{{3}}[ ·\-]?\d{{3}}(?!\d))"
)
_EMAIL = re.compile(
    r"(?P<token>[a-z\d][a-z\d._%+\-]* ?(?:@|\[at\]|\(at\)|\(a\)|艾特|圈a|小老鼠) ?"
    r"(?:[a-z\d\-]+ ?[.点] ?)+[a-z]{2,8}"
    r"|[a-z\d][a-z\d._%+\-]* at [a-z\d\-]+(?: dot |\.)(?:com|cn|net|org))"
)
_MENTION = re.compile(r"@(?P<token>[^\W发说的在称曝爆]{2,12})")
_NICKNAME = re.compile(
    r"(?:微信|抖音|快手|微博|小红书|陌陌|b站)(?:号|名|账号|昵称|id|网名)?[:：] ?[\"]?"
    r"(?!无|没|同|手机|电话|不|\*)(?P<named>[^\s,。;:\"，；：*]{2,15})|"
    r"(?:昵称|网名|微信名|qq名|账号名)(?:是|为"
    r"|叫)?[ :：]*[\"']?(?P<token>[^\s,。;:\"'，；：的*]{2,12})"
)
_TAIL = re.compile(r"尾[号数](?:后?[34]位)?(?:是|为)?[ :：(（]*(?P<token>[a-z\d]{3,6})(?![a-z\d*])")
_SEALED = re.compile(r"第(?P<token>\d{5,12})号")
_DAY_SAID = r"(?:初[\d十]|廿[\d十]?|三十|\d?十\d?|\d{1,2})"
_MONTH_SAID = r"(?:\d{1,2}|十\d?|正|冬|腊)月"
_DATE = (
    rf"(?:(?:\d{{4}}|\d\d)年)?(?:农历|阴历|阳历)?{_MONTH_SAID}(?:{_DAY_SAID}[日号]?)?"
    r"|(?:\d{4}|\d\d)(?P<gap>[.\-/ ])\d{1,2}(?:(?P=gap)\d{1,2}[日号]?)?(?!\d)"
    r"|\d{4}年|(?<!\d)(?:19|20)\d{6}(?!\d)|(?<!\d)\d\d年(?=[的]?生|出生)"
)
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_DATE_ENGLISH = (
    rf"\d{{1,2}}[/\-.]\d{{1,2}}[/\-.]\d{{2,4}}|(?:{_MONTHS})[a-z]*\.? \d{{1,2}}(?:st|nd|rd|th)?"
    rf"(?:,? \d{{4}})?|\d{{1,2}}/\d{{1,2}}(?![\d/])|\d{{1,2}}(?:st|nd|rd|th)? (?:of"
    rf" )?(?:{_MONTHS})[a-z]*,? \d{{4}}"
)
_BIRTHDAY = re.compile(
    r"(?:出生|生日(?!蛋糕|礼|聚|会|派|宴)|生于|生辰|诞辰|d\.?o\.?b\.?|birthday|birth ?date"
    r"|date of birth|born)[^\d,，。;；十正冬腊]{0,10}?(?:农历|阴历|阳历)?"
    rf"(?P<token>{_DATE_ENGLISH}|{_DATE}|\d{{8}}(?!\d)|\d{{6}}(?!\d))"
)
_BORN = re.compile(
    rf"(?P<token>{_DATE})[的(（]?(?:出生|诞生|生人|生日|出世|降生|顺产|剖腹产|剖宫产|生下|生(?=[,，。的)）;；\n]|$)|满\d\d)"
    r"|(?:(?:孩子|宝宝|宝贝|儿子|女儿|闺女|孙子|孙女|外孙|小孩|娃|大名|小名|学生|老人|父亲|母亲|丈夫|妻子)"
    r"[^的\d。；;]{0,12}?|(?:我|本人|他|她)(?:也?是)?)"
    rf"(?P<said>(?:\d{{4}}|(?<!\d)\d\d)年(?:{_MONTH_SAID}(?:{_DAY_SAID}[日号]?)?)?)的(?=[,，。；;！!)）\n]|$)"
    rf"|(?P<year>(?:\d{{4}}|(?<!\d)\d\d)年(?:{_MONTH_SAID})?)的?,?属[鼠牛虎兔龙蛇马羊猴鸡狗猪]"
)
_AGAIN = re.compile(rf"[^\d]{{1,14}}?(?P<token>{_DATE.replace('gap', 'gap2')}|\d{{8}}(?!\d))")


_CORRECTED = re.compile("写成|应|错|登记|实际|不是|而是|成了|改")
_SOUGHT = (
    (("wj", "使", "领"), _SPECIAL_PLATE, Kind.PLATE),
    (("@", "at)", "at]", "(a)", "艾特", "圈a", "小老鼠", " at "), _EMAIL, Kind.EMAIL),
    (("@",), _MENTION, Kind.MESSENGER),
    (
        ("昵称", "网名", "微信", "抖音", "快手", "微博", "小红书", "qq名", "账号名"),
        _NICKNAME,
        Kind.MESSENGER,
    ),
    (("尾",), _TAIL, Kind.ACCOUNT),
    (("第",), _SEALED, Kind.DOCUMENT),
    (("生", "诞", "birth", "dob", "d.o.b", "born"), _BIRTHDAY, Kind.BIRTHDAY),
    (("生", "年的", "月的", "日的", "号的", "属"), _BORN, Kind.BIRTHDAY),
)
"""Words without which a pattern finds nothing; looking for them first is faster."""


def find_written(flat: str) -> Iterator[Finding]:
    """Find them in a flattened text; spans may overlap."""
    for match in _PLATE.finditer(flat):
        if any(c.isdigit() for c in match["plate"]):
            yield Finding(Kind.PLATE, *match.span())
    for words, pattern, kind in _SOUGHT:
        for word in words:
            if word in flat:
                for match in pattern.finditer(flat):
                    yield Finding(kind, *match.span(match.lastgroup or 0))
                break
    yield from _other_birthdays(flat)


def _other_birthdays(flat: str) -> Iterator[Finding]:
    """Find the second date where one birthday is put right by another."""
    if "出生" not in flat and "生日" not in flat:
        return
    for match in _BIRTHDAY.finditer(flat):
        again = _AGAIN.match(flat, match.end())
        if again and _CORRECTED.search(flat, match.end(), again.start("token")):
            yield Finding(Kind.BIRTHDAY, *again.span("token"))
