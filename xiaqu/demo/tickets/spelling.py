"""How names and numbers are misspelt: homophones, look-alikes, other numerals, lost characters."""

from collections import defaultdict
from functools import cache

import pypinyin

from xiaqu.demo.tickets.dice import Dice
from xiaqu.demo.tickets.profile import NoiseProfile

__all__ = ["chinese_number", "full_width", "misspell", "space_out"]

# Groups of characters that are taken for one another on paper and on screen.
_LOOK_ALIKE = (
    "未末", "土士", "己已", "日曰", "晴睛", "治冶", "园圆", "石右", "苑宛", "徐除", "洲州", "桥侨",
    "楼搂", "柏拍", "梅海", "榆偷", "桂挂", "杨扬", "槐愧", "枫飒", "莲连", "荷何", "菊掬", "堂棠",
    "宁字", "永水", "玉王", "王主", "田由", "坪评", "坡披", "岭岑", "岗岚", "瑞端", "祥详", "福副",
    "康唐", "景影", "明朋", "清请", "青晴", "红江", "紫柴", "碧碣", "丹舟", "白自", "巷港", "井开",
    "亭享", "阁阅", "榭谢", "渡度", "津律", "谷答", "禾木", "野墅", "塘糖", "湾弯", "浦埔", "溪奚",
    "泉皇", "庭廷", "林材", "锦棉", "银根", "芳旁", "芦芹", "檀擅", "泽译", "润闰", "益盖", "聚取",
    "同回", "星呈", "月用", "静净", "雅稚", "朗郎", "秋秩", "春舂", "长张", "顺须", "昌冒", "宏宠",
    "东车", "西酉", "古占", "大太", "小少", "上土", "下卞", "前煎", "后右", "新斯", "庄压", "家冢",
)  # fmt: skip
_DIGITS = "零一二三四五六七八九"
_HUNDRED, _TEN = 100, 10
_SHORTEST_CUT = 4


@cache
def _homophones() -> dict[str, str]:
    """Other common characters of the same sound, by character."""
    # The first level of GB 2312: 3,755 characters in everyday use.
    rows = [bytes([high, low]) for high in range(0xB0, 0xD8) for low in range(0xA1, 0xFF)]
    common = "".join(row.decode("gb2312", "ignore") for row in rows)
    groups: dict[str, list[str]] = defaultdict(list)
    for character in common:
        groups[pypinyin.lazy_pinyin(character)[0]].append(character)
    return {
        character: "".join(other for other in group if other != character)
        for group in groups.values()
        for character in group
    }


@cache
def _look_alikes() -> dict[str, str]:
    found: dict[str, str] = defaultdict(str)
    for group in _LOOK_ALIKE:
        for character in group:
            found[character] += group.replace(character, "")
    return dict(found)


def misspell(dice: Dice, name: str, profile: NoiseProfile) -> tuple[str, str]:
    """Make at most one slip of one character.

    Returns
    -------
    name, noise
        What is written, and the name of the slip; empty where there is none.
    """
    draw = dice.share()
    for noise, probability, slip in (
        ("typo_homophone", profile.typo_homophone, _swap_sound),
        ("typo_look_alike", profile.typo_look_alike, _swap_look),
        ("typo_missing", profile.typo_missing, _drop),
        ("typo_doubled", profile.typo_doubled, _double),
        ("typo_swapped", profile.typo_swapped, _turn),
    ):
        if draw < probability:
            written = slip(dice, name)
            return written, noise if written != name else ""
        draw -= probability
    return name, ""


def _place(dice: Dice, name: str) -> int:
    # The last character is the kind of place (路, 苑), which is seldom wrong.
    return dice.below(max(1, len(name) - 1))


def _swap_sound(dice: Dice, name: str) -> str:
    return _replace(dice, name, _homophones())


def _swap_look(dice: Dice, name: str) -> str:
    return _replace(dice, name, _look_alikes())


def _replace(dice: Dice, name: str, others: dict[str, str]) -> str:
    at = _place(dice, name)
    choices = others.get(name[at], "")
    return name[:at] + dice.pick(choices) + name[at + 1 :] if choices else name


def _drop(dice: Dice, name: str) -> str:
    if len(name) < _SHORTEST_CUT:
        return name
    at = _place(dice, name)
    return name[:at] + name[at + 1 :]


def _double(dice: Dice, name: str) -> str:
    at = _place(dice, name)
    return name[:at] + name[at] + name[at:]


def _turn(dice: Dice, name: str) -> str:
    at = min(_place(dice, name), len(name) - 2)
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :] if at >= 0 else name


def chinese_number(number: int) -> str:
    """Write a whole number below 1,000 in Chinese numerals; larger ones stay as they are."""
    if not 0 < number < 10 * _HUNDRED:
        return str(number)
    hundreds, rest = divmod(number, _HUNDRED)
    tens, ones = divmod(rest, _TEN)
    text = _DIGITS[hundreds] + "百" if hundreds else ""
    if tens:
        text += ("" if tens == 1 and not hundreds else _DIGITS[tens]) + "十"
    elif hundreds and ones:
        text += "零"
    return text + (_DIGITS[ones] if ones else "")


def full_width(text: str) -> str:
    """Write digits and Latin letters full width."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def space_out(dice: Dice, text: str, mark: str) -> str:
    """Put a blank or comma between two characters."""
    at = 1 + dice.below(max(1, len(text) - 1))
    return text[:at] + mark + text[at:]
