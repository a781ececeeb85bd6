"""One spelling of digits, letters and marks, at the same places of the text."""

__all__ = ["flatten"]

_NUMERALS = {
    **dict(zip("零〇一二三四五六七八九", "00123456789", strict=True)),
    **dict(zip("幺壹贰叁肆伍陆柒捌玖两", "11234567892", strict=True)),
}
_WIDE = {chr(code): chr(code - 0xFEE0).lower() for code in range(0xFF01, 0xFF5F)}
_DASHES = dict.fromkeys("—–―‐‑−", "-")
_TABLE = str.maketrans(
    {
        **{c: c.lower() for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
        **_WIDE,
        **_DASHES,
        **_NUMERALS,
        "　": " ",
        "\u00a0": " ",
        "•": "·",
        "・": "·",
        "‧": "·",
        "【": "(",
        "】": ")",
        "“": '"',
        "”": '"',
    }
)


def flatten(text: str) -> str:
    """Write digits, Chinese numerals and full-width letters in one way.

    Returns
    -------
    flat
        As long as ``text``: 一三八 and １３８ are 138, letters are small, dashes are one.
    """
    return text.translate(_TABLE)
