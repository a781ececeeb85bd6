"""Numbers that belong to a person: telephones, ID numbers, cards, accounts, birthdays."""

import re
from collections.abc import Iterator

from governance.tickets.privacy.found import Finding, Kind

__all__ = ["find_numbers"]

_GAP = r"[ \-._·]"
_REGION = r"[1-9]\d{5}"
_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_ID = (
    rf"(?P<id>{_REGION}[ \-]?(?:19|20)\d\d(?:{_DAY})[ \-]?\d{{3}}[ \-]?[\dx](?:\d{{1,2}}b?\d?)?(?![\da-z])"
    rf"|{_REGION}\d\d{_DAY}\d{{3}}(?![\da-z])"
    r"|(?:\d ){17}[\dx](?![\da-z]))"
)
_MOBILE = (
    rf"(?P<mobile>(?:\(?\+?(?:00)?86\)?[ \-]?)?(?P<digits>0?1{_GAP}?[3-9](?:[ \-._·,]{{0,2}}\d){{9}})(?!\d)"
    r"(?: ?(?:转|ext\.?|分机) ?\d{1,6})?)"
)
_EXTENSION = r"(?:(?: ?(?:转|ext\.?|分机) ?|-)\d{1,6}(?!\d))?"
_LANDLINE = (
    rf"(?P<landline>\(?0(?:10|2\d|[3-9]\d\d)\)?[ \-]{{0,2}}[2-9]\d{{2,3}}[ \-]?\d{{3,4}}(?!\d){_EXTENSION})"
)
_ABROAD = (
    r"(?P<abroad>\+\d{1,3}[ \-]?\(?\d[\d \-()]{5,14}\d(?!\d)"
    r"|(?:1[ .\-])?(?:\((?!8(?:00|33|44|55|66|77|88))[2-9]\d\d\) ?|(?!400|8(?:00|33|44|55|66|77|88))[2-9]\d\d[.\-])[2-9]\d\d[ .\-]\d{4}(?!\d))"
)
_CARD = (
    r"(?P<card>(?:62|60|4\d|5[1-5]|3[57]|9[58])\d\d(?:[ \-]\d{4}){3}(?:[ \-]\d{1,3})?(?![\d\-])"
    r"|(?:62|60\d|4\d|5[1-5]|9558)\d{13,17}(?![\d\-]))"
)
_NUMBER = re.compile(
    rf"(?<![\da-z*])(?:{_ID}|{_MOBILE}|{_LANDLINE}|{_ABROAD}|{_CARD})"
)
_TICKET = re.compile(r"(?:工单|诉求|受理|案|流水|批|文|投诉|登记|查询|办件|事项)(?:单)?(?:编?号码?|号)[是为: #]*[a-z\d\-]*$|(?:request|case|ticket|sr) ?#?[\d\-]*$")

_TOKEN = r"[ ]?(?P<token>[a-z\d](?:[a-z\d]|[ \-_./](?=[a-z\d])){3,29})(?!\*)"
_IS = r"(?:号码|编号|号|码)?(?:就?是|为|尾号)?[ :(#'\"是为]{0,3}"
_BANK_WORDS = (
    "银行卡号?|储蓄卡号?|信用卡号?|借记卡号?|工资卡号?|卡号|账号|帐号|账户|帐户|收款卡|这张卡|[农工建招中交]行(?:的|账户|卡)?"
    "|存折|bank account|card no"
)
_ID_WORDS = "身份证件?|身份号|公民身份|证件|ssn|social security|id card|id no"
_DOCUMENT_WORDS = (
    "护照|通行证|台胞证|回乡证|驾驶证|驾照|军官证|士兵证|警官证|残疾证|老年证|退休证|居住证|暂住证|户口[本簿]|学籍|准考证"
    "|结婚证字?|离婚证字?|出生证明?|毕业证|学生证|工作证|记者证|passport|driver'?s licen[sc]e|licen[sc]e no"
)
_ACCOUNT_WORDS = (
    "户号|用户号|用户编|客户编?号?|用户编?|[水电气]表号?|燃气表|热力卡|缴费|宽带|合同|社保(?:个人)?|医保|社会保障卡?|养老金"
    "|公积金|一卡通|公交卡|会员卡?|订单|运单|快递单?|物流单?|保单|车架|发动机|天然气卡|燃气卡|[电水气]卡|预约|学号?|工号?|警号?|工牌号?"
    "|病历|住院|就诊卡?|门诊卡?|登记证?|房产证|房权证|不动产权?证?书?|档案|个人编|个人账户|account|meter|customer no"
)
_LABELLED = re.compile(
    rf"(?:(?P<bank>{_BANK_WORDS})|(?P<id>{_ID_WORDS})|(?P<document>{_DOCUMENT_WORDS})|(?P<account>{_ACCOUNT_WORDS}))"
    rf"{_IS}{_TOKEN}"
)
_SEALED = re.compile(r"(?:第|字)第?(?P<token>\d{5,12})号")
_AMOUNT = re.compile(r" ?(?:元|块|年|月|日|天|人|次|万|千|百|度|吨|个|名|户|家|米|平|%|点|分|小时|路|号线|号楼|栋)")
_PHONE_WORD = re.compile(
    r"(?:电话|座机|固话|手机|号码?|传真|拨打?|致电|打|回电|联系|tel|phone|call|at|mobile|cell|fax)[^\da-z]{0,4}$"
)
_BARE_PHONE = re.compile(r"(?<![\d\-.*/a-z])(?:[2-9]\d{2,3}[ \-]?\d{4}|[2-9]\d{9})(?![\d\-./年月日元])" + _EXTENSION)
_TAIL = re.compile(r"尾[号数](?:后?[四4]位)?(?:是|为)?[ :(]*(?P<token>\d{3,6})(?!\d)")
_DATE = r"(?:\d{4}|\d\d)[年.\-/ ]{1,2}\d{1,2}[月.\-/ ]{1,2}(?:\d{1,2}|初\d|十\d?|2?十\d?|廿\d)[日号]?"
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_DATE_ENGLISH = rf"(?:\d{{1,2}}[/\-.]\d{{1,2}}[/\-.]\d{{2,4}}|(?:{_MONTHS})[a-z]*\.? \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}|\d{{1,2}} (?:{_MONTHS})[a-z]* \d{{4}})"
_BIRTHDAY = re.compile(
    rf"(?:出生(?:日期|年月日?|时间|于)?|生日|生于|dob|date of birth|birthday|born)(?:[是为在:( ]|on){{0,4}}(?P<day>{_DATE}|{_DATE_ENGLISH}|\d{{8}}|\d{{1,2}}月\d{{1,2}}[日号])"
    rf"|(?P<born>{_DATE})[的(]?(?:出生|生(?![活产病意气效成日])|诞生)"
)
_DOCUMENT = re.compile(r"(?<![\da-z\-])(?:e[a-z]?|[gdsphcmkw])\d{8,10}(?![\da-z])")
_NUMBERED_THING = re.compile(r"(?:杆|井盖|设备|编号|箱|柜|桩|站|车位|货|型号|批次)(?:编?号)?[是为:]*$")
_GROUPS = frozenset(((11,), (3, 4, 4), (3, 8), (7, 4), (4, 4, 3), (4, 3, 4), (3, 3, 5), (3, 3, 3, 2), (5, 6), (6, 5), (3, 2, 2, 2, 2), (3, 2, 3, 3), (2, 3, 3, 3), (3, 4, 2, 2), (3, 2, 2, 4), (3, 5, 3), (4, 7), (1,) * 11))  # fmt: skip
_MOST_BEFORE = 16


def find_numbers(flat: str) -> Iterator[Finding]:
    """Find numbers of persons in a flattened text; spans may overlap."""
    for match in _NUMBER.finditer(flat):
        kind = _KINDS[match.lastgroup or ""]
        before = flat[max(0, match.start() - _MOST_BEFORE) : match.start()]
        if match["mobile"] is not None and not _is_mobile(match["digits"]):
            continue
        if kind in {Kind.ID_NUMBER, Kind.BANK} and _TICKET.search(before):
            continue
        yield Finding(kind, match.start(), match.end())
    for match in _LABELLED.finditer(flat):
        token = match["token"]
        if any(c.isdigit() for c in token) and not _AMOUNT.match(flat, match.end()):
            group = next(name for name in _KINDS_LABELLED if match[name])
            yield Finding(_KINDS_LABELLED[group], *match.span("token"))
    for match in _SEALED.finditer(flat):
        yield Finding(Kind.DOCUMENT, *match.span("token"))
    for match in _BARE_PHONE.finditer(flat):
        if _PHONE_WORD.search(flat, max(0, match.start() - _MOST_BEFORE), match.start()):
            yield Finding(Kind.PHONE, *match.span())
    for match in _TAIL.finditer(flat):
        yield Finding(Kind.ACCOUNT, *match.span("token"))
    for match in _BIRTHDAY.finditer(flat):
        yield Finding(Kind.BIRTHDAY, *match.span("day" if match["day"] else "born"))
    for match in _DOCUMENT.finditer(flat):
        if not _NUMBERED_THING.search(flat[max(0, match.start() - _MOST_BEFORE) : match.start()]):
            yield Finding(Kind.DOCUMENT, *match.span())


_KINDS = {
    "id": Kind.ID_NUMBER,
    "mobile": Kind.PHONE,
    "landline": Kind.PHONE,
    "abroad": Kind.PHONE,
    "card": Kind.BANK,
}
_KINDS_LABELLED = {
    "bank": Kind.BANK,
    "id": Kind.ID_NUMBER,
    "document": Kind.DOCUMENT,
    "account": Kind.ACCOUNT,
}


def _is_mobile(text: str) -> bool:
    """Whether digits are grouped as people group telephone numbers."""
    groups = tuple(len(group) for group in re.findall(r"\d+", text))
    if text.startswith("0"):
        groups = (groups[0] - 1, *groups[1:]) if groups[0] > 1 else groups[1:]
    return groups in _GROUPS
