"""Sentences of people who report something, written for the real names of Beijing."""

from collections.abc import Sequence

SENTENCES = (
    "{place}的路灯坏了一个多星期了，晚上很黑，请尽快修理",
    "您好，我是{place}的住户，楼上天天半夜装修，吵得没法睡觉，希望有人管一管",
    "市民来电：{place}门口垃圾桶满了没人清，味道很大。",
    "我想反映一下，{place}这边今天早上开始停水，物业电话打不通",
    "来电人称其在{place}居住，暖气一直不热，室温只有十五度，要求供热单位上门查看",
    "昨天下午路过{place}，看见井盖翘起来了，挺危险的，麻烦处理",
    "咨询：{place}附近哪里可以办理老年卡，谢谢！",
    "{place} 电动车在楼道里充电，存在安全隐患，之前报过两次都没解决",
    "反映问题：有人在{place}私搭乱建，遮挡采光，请执法部门查处",
    "孩子上学要经过{place}，最近路面积水严重，雨后过不去，盼回复",
    "关于{place}停车难的问题，希望增加车位（已多次反映）",
    "先生来电，家住{place}，电梯从上周六就停运，老人上下楼不方便，请督促维修",
)
"""``{place}`` is where the name goes, with or without its district before it."""

DIGITS = str.maketrans("0123456789", "０１２３４５６７８９")
CHINESE_DIGITS = str.maketrans("0123456789", "〇一二三四五六七八九")


def write_sentences(places: Sequence[str], seed: int) -> list[str]:
    """Put each place into a sentence, in turn from a start that the seed gives.

    Parameters
    ----------
    places
        As people say them.
    seed
        Two seeds that differ by less than the number of sentences give no place the same one.

    Returns
    -------
    list of str
        One per place.
    """
    return [
        SENTENCES[(at + seed) % len(SENTENCES)].format(place=place)
        for at, place in enumerate(places)
    ]


def write_digits(name: str, at: int) -> str:
    """Write the digits of a name full-width, in Chinese, or as they are, in turn."""
    if at % 3 == 0:
        return name
    if at % 3 == 1:
        return name.translate(DIGITS)
    return _in_chinese(name)


def _in_chinese(name: str) -> str:
    """Write numbers below a hundred as they are spoken and longer ones digit by digit."""
    written, number = "", ""
    for character in name + " ":
        if character.isascii() and character.isdigit():
            number += character
            continue
        written += _spoken(number) + character
        number = ""
    return written[:-1]


def _spoken(number: str) -> str:
    if len(number) != 2 or number.startswith("0"):  # noqa: PLR2004 - two digits have tens and ones
        return number.translate(CHINESE_DIGITS)
    tens = "" if number[0] == "1" else number[0]
    ones = "" if number[1] == "0" else number[1]
    return (tens + "十" + ones).translate(CHINESE_DIGITS)
