"""One spelling for names and texts, character by character, and the reading of numerals.

Names at the build of a gazetteer and texts at lookup both go through ``normalise``. It maps one
character to one character, so a position in the normalised text is a position in the given one.
"""

import re

__all__ = ["normalise", "other_spelling", "parse_number", "strip_marks"]

_DIGITS = "〇零一二三四五六七八九"
_DIGIT_VALUES = "00123456789"
_FORMAL = "壹贰叁肆伍陆柒捌玖貳參陸"
_FORMAL_VALUES = "123456789236"
_FORMAL_UNITS = "拾佰仟"
_NUMERAL = re.compile("[0-9十百千]")
_UNITS = {"十": 10, "百": 100, "千": 1000}
_DASHES = "—–−‐‑‒―─－﹣~～〜"  # as in 12—14号, 12~14号
_SPACES = "\u00a0\u2002\u2003\u2009\u200b\u3000\ufeff\t\r\n\v\f"
_OPEN = "（﹙［【〔〖「『《〈｛[{<＜"
_CLOSE = "）﹚］】〕〗」』》〉｝]}>＞"
_DOTS = "•‧∙・．"  # the middle dot of foreign names
_MARKS = frozenset("()·-' \"“”‘’")  # what a name may be written without

_OLD_FORMS = (
    "號号 樓楼 區区 縣县 鎮镇 鄉乡 廣广 場场 園园 東东 門门 橋桥 灣湾 廈厦 "
    "國国 學学 醫医 龍龙 鳳凤 華华 莊庄 塊块 豐丰 寧宁 濱滨 黃黄 馬马 鐵铁 "
    "關关 連连 過过 線线 輛辆 圖图 書书 館馆 車车 裏里 裡里 甯宁 衕同 衚胡 "
    "隄堤 鋪铺 舖铺 舘馆 廟庙 嶺岭 峯峰 溝沟 壩坝 電电 機机 萬万 興兴 順顺 "
    "慶庆 義义 長长 陽阳 陰阴 麗丽 體体 雲云 當当 衛卫 樂乐 業业 無无 棟栋 "
    "單单 層层 間间 兩两 邊边 側侧 對对 後后 與与 點点 處处 開开 發发 經经 "
    "濟济 術术 創创 環环 蘇苏 鄭郑 許许 吳吴 趙赵 張张 劉刘 陳陈 楊杨 孫孙 "
    "葉叶 羅罗 韓韩 馮冯 鄧邓 蕭萧 錢钱"
)
"""Traditional or variant form and the simplified one, pair by pair."""


def _build_table() -> dict[int, str]:
    table = {ord(pair[0]): pair[1] for pair in _OLD_FORMS.split()}
    for code in range(0xFF01, 0xFF5F):  # full-width forms of ASCII
        table[code] = chr(code - 0xFEE0).lower()
    for code in range(ord("A"), ord("Z") + 1):
        table[code] = chr(code).lower()
    for code in range(0xC0, 0x250):  # accented Latin letters
        lower = chr(code).lower()
        if len(lower) == 1 and lower != chr(code):
            table[code] = lower
    for characters, result in (
        (_DASHES, "-"), (_SPACES, " "), (_OPEN, "("), (_CLOSE, ")"), (_DOTS, "·"),
    ):  # fmt: skip
        table.update(dict.fromkeys(map(ord, characters), result))
    table.update({ord(a): b for a, b in zip(_DIGITS, _DIGIT_VALUES, strict=True)})
    table.update({ord(a): b for a, b in zip(_FORMAL, _FORMAL_VALUES, strict=True)})
    table.update({ord(a): b for a, b in zip(_FORMAL_UNITS, _UNITS, strict=True)})
    table.update({ord(circled): str(i) for i, circled in enumerate("①②③④⑤⑥⑦⑧⑨", 1)})
    return table


_TABLE = _build_table()


def normalise(text: str) -> str:
    """Give a text in the one spelling that names are compared in.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    normalised
        Of the same length: half-width, lower case, Chinese digits (not 两, 十, 百, 千) as 0-9,
        brackets, dashes and white space each as one kind, common traditional and formal forms as
        the simplified ones. Idempotent. Cost O(length).
    """
    return text.translate(_TABLE)


def parse_number(text: str, at: int) -> tuple[int, int] | None:
    """Read the numeral that begins at a position of a normalised text.

    Parameters
    ----------
    text
        Normalised text, in which 十二 stands as 十2 and 一百零八 as 1百08.
    at
        Position of the first character of the numeral.

    Returns
    -------
    value, end
        The number and the position after it; None where no numeral begins. 两 counts as a two
        before 百 and 千 and before nothing else that is a numeral, as in 两号. At most nine digits.
    """
    end = at
    n = len(text)
    while end < n and text[end] in "0123456789":
        end += 1
    following = text[end] if end < n else ""
    if following not in _UNITS or end - at > 1:
        if end > at:
            return (int(text[at:end]), end) if end - at <= _LONGEST_NUMBER else None
        if text[at : at + 1] != "两":
            return None
    return _parse_units(text, at)


_LONGEST_NUMBER = 9
_SMALLEST_SPELT = 10
_LARGEST_SPELT = 999  # larger ones are years or serial numbers, read digit by digit


def _parse_units(text: str, at: int) -> tuple[int, int]:
    """Read 十2, 2十, 1百08, 1百2十3, 2千0百: digits with units that fall."""
    total, i, limit = 0, at, 10_000
    n = len(text)
    while i < n:
        start = i
        while i < n and text[i] == "0" and i > at:
            i += 1
        digit = 1
        if i < n and (text[i] in "123456789" or text[i] == "两"):
            digit = 2 if text[i] == "两" else int(text[i])
            i += 1
            unit = _UNITS.get(text[i] if i < n else "")
            if unit is None:  # the ones end a numeral
                return total + digit, i
        else:
            unit = _UNITS.get(text[i] if i < n else "")
            if unit is None:  # zeros alone, as after 1百, belong to what follows
                return total, start
        if unit >= limit:  # 二十五百货: the five is the ones
            return (total + digit, i) if limit == _UNITS["十"] and i > start else (total, start)
        total, limit, i = total + digit * unit, unit, i + 1
    return total, i


def other_spelling(name: str) -> str | None:
    """Write the numbers of a normalised name the other way: 十2里 as 12里 and back.

    Parameters
    ----------
    name
        Normalised name.

    Returns
    -------
    other
        The name with numbers from 10 to 999 in the other numerals; None where it has none.
    """
    if not _NUMERAL.search(name):
        return None
    pieces, i, changed = [], 0, False
    while i < len(name):
        found = parse_number(name, i)
        if found is None or found[1] == i:
            pieces.append(name[i])
            i += 1
            continue
        value, end = found
        written = name[i:end]
        is_word = written[0] in "百千"  # as in 百货
        fits = _SMALLEST_SPELT <= value <= _LARGEST_SPELT and written[0] != "0" and not is_word
        if fits:
            written = spell_number(value) if written.isdigit() else str(value)
            changed = True
        pieces.append(written)
        i = end
    return "".join(pieces) if changed else None


def spell_number(value: int) -> str:
    """Spell a number from 1 to 9999 with units, in the normalised form: 108 as 1百08."""
    text, pending = "", False
    for unit, word in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // unit % 10
        if digit == 0:
            pending = bool(text)
            continue
        text += ("0" if pending else "") + str(digit) + word
        pending = False
    return text[1:] if text.startswith("1十") else text


def strip_marks(name: str) -> str:
    """Drop brackets, dashes, dots, quotes and spaces from a normalised name.

    A dash between digits and a space between Latin letters or digits stay, for without them the
    name would read differently.
    """
    if _MARKS.isdisjoint(name):
        return name
    kept = []
    for i, character in enumerate(name):
        if character in _MARKS:
            around = name[i - 1 : i] + name[i + 1 : i + 2]
            is_needed = character in "- " and len(around) == 2 and around.isascii()  # noqa: PLR2004
            if not (is_needed and around.isalnum()):
                continue
        kept.append(character)
    return "".join(kept)
