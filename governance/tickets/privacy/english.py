"""Names of people in English text."""

import re
from collections.abc import Iterator

from governance.tickets.privacy.found import Finding, Kind

__all__ = ["find_english"]

_WORD = r"(?:[A-Z]'?[A-Z]?[a-z]+|[A-Z]'[A-Z][a-z]+|[A-Z]{2,}|[A-Z]\.)(?:-[A-Z][a-z]+)?"
_NAME = rf"{_WORD}(?:[ ]{_WORD}){{0,2}}"
_STOP = (
    r"(?!(?:I|The|A|An|And|At|On|In|From|Our|My|We|They|This|That|There|Please|City"
    r"|Street|Road|Writing|Reporting|Calling"
    r"|Not|Just|Very|Also|So|Still|Sorry|Disabled|Concerned|Apt|Phone|Tel|Email"
    r"|Address|Baltimore|MD|USA|Sir|Madam)\b)"
)
_TITLED = re.compile(
    rf"\b(?:Mrs?|Ms|Miss|MR|MRS|MS|Dr|DR|Prof|Sir|Madam|mr|mrs|ms)\.? +{_STOP}(?P<name>{_NAME})"
)
_SAID = re.compile(
    r"(?i:\b(?:my name is|name is|name's|i am called|called|signed|sincerely,?"
    r"|regards,?|thanks,?|yours,?))[ :\n]+"
    rf"{_STOP}(?P<name>{_NAME}|(?<=name is )[a-z]+(?:[ ](?!and|at|on|in|from|i|the"
    r"|living|calling|my|,)[a-z']+)?)"
)
_LABEL = re.compile(
    r"(?i:\b(?:name|caller|contact(?: person)?|complainant|reporter|requester"
    r"|requestor|resident|owner|tenant|landlord|neighbou?r|applicant|attn|call|ask for"
    r"|speak to|spoke (?:to|with)|manager|driver|officer|inspector))"
    rf"(?: is| was| named)?[ :]+{_STOP}(?P<name>{_NAME})"
)
_SELF = re.compile(
    rf"\b(?:I'm|I am|i'm|i am|[Tt]his is|It's|it's){{1}}"
    rf" {_STOP}(?P<name>{_WORD}(?:[ ]{_WORD}){{1,2}}|{_WORD}(?=[.,;]| and | from |"
    r" calling| at ))"
)
_CHINESE = re.compile(
    r"(?:我是|我叫|名叫|叫做?|姓名|名字|联系人|反映人|投诉人|举报人|诉求人|来电人|业主"
    rf"|老师|外教|房东|老板)(?:是|为|叫)?[ :：(（]*(?P<name>{_NAME})"
)
_AMONG_CHINESE = re.compile(
    r"(?:设计师|教练|外教|外籍人?[员士]?|老师|销售|经理|顾问|主管|客服|男友|女友|老公"
    r"|老婆|邻居|租客|客户|医生|发型师|理发师|店员|总监|技师|导购|前台|主播|私教|模特|房客|同事)"
    rf"(?P<name>{_NAME})|(?P<titled>{_NAME})(?= ?(?:先生|女士|小姐|老师|教练|外教|医生"
    r"|经理|来电|反映|投诉))"
)
_BETWEEN_CHINESE = re.compile(
    rf"[员师人生工籍友教叫是：:](?P<name>{_WORD}(?: {_WORD}){{1,2}})(?=[\u3400-\u9fff，,。（(]|$)"
    rf"|(?:^|[。，；])(?P<first>{_WORD}(?: {_WORD}){{1,2}})"
    r"(?= ?(?:反映|来电|咨询|投诉|求助|表示|称|说|在|是|被|住|的护照|签证))"
)
_NOT_PEOPLE = re.compile(
    r"(?:APP|ATM|WIFI|VIP|KTV|LED|CBD|POS|GPS|OK|NO|QQ|VX|WX|SUV|TEL|ID|PM|AM|DOB|SSN|MD|Wi)\b"
)
_LETTER = re.compile(r"[A-Za-z]{2}")
_PLACE = re.compile(
    r" (?:St|Street|Ave|Avenue|Rd|Road|Blvd|Dr|Drive|Ln|Lane|Ct|Court|Pl|Place|Way"
    r"|Pkwy|Park|School|Hospital|Library|Hall|House|Building|Center|Centre|Church"
    r"|Gardens?|Homes|Apartments|Square|Market|Bridge|Station|University|College)\b"
)
_CAPITAL_BEFORE = re.compile(r"[A-Z0-9][\w.]* $")


def find_english(text: str) -> Iterator[Finding]:
    """Find names in English words; spans may overlap."""
    if not _LETTER.search(text):
        return
    for match in _AMONG_CHINESE.finditer(text):
        start, end = match.span("name" if match["name"] else "titled")
        if not _NOT_PEOPLE.match(text, start):
            yield Finding(Kind.NAME, start, end)
    for match in _BETWEEN_CHINESE.finditer(text):
        start, end = match.span("name" if match["name"] else "first")
        if not _NOT_PEOPLE.match(text, start) and not _PLACE.match(text, end):
            yield Finding(Kind.NAME, start, end)
    for pattern in (_TITLED, _SAID, _LABEL, _SELF, _CHINESE):
        for match in pattern.finditer(text):
            start, end = match.span("name")
            if _NOT_PEOPLE.match(text, start) or _PLACE.match(text, end):
                continue
            if (
                pattern is _TITLED
                and match[0][:2] in {"Dr", "DR"}
                and _CAPITAL_BEFORE.search(text[: match.start()])
            ):
                continue  # Lake Dr Baltimore
            yield Finding(Kind.NAME, start, end)
