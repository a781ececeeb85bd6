"""Number plates, e-mail addresses and accounts of messengers."""

import re
from collections.abc import Iterator

from governance.tickets.privacy.found import Finding, Kind

__all__ = ["find_written"]

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼示"
_SEP = r"[ ·.\-_]?"
_PLATE = re.compile(
    rf"(?:wj ?)?[{_PROVINCES}](?:牌)?[ ·\-]?(?P<letter>[a-z]){_SEP}[ ·\-]?(?P<plate>(?:[a-z\d][ ·\-]?){{3,5}}[a-z\d挂学警港澳领使试超](?:[挂学警港澳领试超]|\d(?![\d]))?)(?![a-z\d])"
    rf"|(?P<whole>wj[ ·\-]?[{_PROVINCES}\d][ ·\-]?[a-z\d]{{4,6}}|[使领][ ·\-]?\d{{3}}[ ·\-]?\d{{3}}(?!\d))"
)
_PLATE_SAID = re.compile(
    r"(?:车牌号?码?|牌照号?|号牌|车号|牌号|plate(?: number| no\.?)?|tag(?: number| no\.?)?|licen[sc]e)[是为: #(]{0,3}(?P<plate>[a-z\d](?:[a-z\d]|[ ·\-](?=[a-z\d]*\d)){4,9})(?![a-z\d])"
)
_EMAIL = re.compile(
    r"[a-z\d][a-z\d._%+\-]* ?(?:@|\[at\]|\(at\)) ?(?:[a-z\d\-]+\.)+[a-z]{2,8}"
)
_MESSENGER = re.compile(
    r"(?P<app>微信|威信|薇信|v信|qq|q号|扣扣|企鹅号?|钉钉|抖音|快手|小红书|支付宝|微博|陌陌|b站|闲鱼|telegram|whatsapp|wechat|skype|飞信|旺旺|(?<![a-z])(?:vx|wx|v)(?=[: ]))"
    r"(?:账号|帐号|号码|号|id|名|昵称|网名)?(?:就?是|为|叫)?[ :(\"'@]{0,4}"
    r"(?P<token>(?<=@)[\w\u3400-\u9fff\-]{2,20}|@?[a-z\d][a-z\d_\-.]{3,29})"
)
_NICKNAME = re.compile(r"(?:昵称|网名|微信名|qq名|账号名)(?:是|为|叫)?[ :]*[\"'「『]?(?P<token>[^\s,。;:\"'」』，、；的*]{2,12})")
_AMOUNT = re.compile(r" ?(?:元|块|年|月|日|人|次|万|千|个|群|笔)")


def find_written(flat: str) -> Iterator[Finding]:
    """Find them in a flattened text; spans may overlap."""
    for match in _PLATE.finditer(flat):
        group = "plate" if match["plate"] else "whole"
        if any(c.isdigit() for c in match[group]):
            yield Finding(Kind.PLATE, match.start(), match.end())
    for match in _PLATE_SAID.finditer(flat):
        if any(c.isdigit() for c in match["plate"]):
            yield Finding(Kind.PLATE, *match.span("plate"))
    if "@" in flat or "at" in flat:
        for match in _EMAIL.finditer(flat):
            yield Finding(Kind.EMAIL, *match.span())
    for match in _MESSENGER.finditer(flat):
        if not _AMOUNT.match(flat, match.end()):
            yield Finding(Kind.MESSENGER, *match.span("token"))
    for match in _NICKNAME.finditer(flat):
        yield Finding(Kind.MESSENGER, *match.span("token"))
