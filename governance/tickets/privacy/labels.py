"""Words before a number that say what it is: 身份证号, 户号, 微信, 工单号."""

import tomllib
from enum import Enum
from importlib.resources import files

from governance.tickets.privacy.flat import flatten
from governance.tickets.privacy.found import Kind

__all__ = ["Label", "label_before"]


class Label(Enum):
    """What a word before a number says of it."""

    BANK = Kind.BANK
    ID_NUMBER = Kind.ID_NUMBER
    DOCUMENT = Kind.DOCUMENT
    ACCOUNT = Kind.ACCOUNT
    MESSENGER = Kind.MESSENGER
    PLATE = Kind.PLATE
    PHONE = Kind.PHONE
    THING = ""  # a ticket, a lamp post, a parking space: stays


_LINKS = frozenset(" :(#'\"是为就叫@-_[,)吧填写成录的了有")
_LONGEST = 16
_LAST = {"卡": Label.ACCOUNT, "证": Label.DOCUMENT}


def _read_labels() -> dict[str, Label]:
    """Read the words that come with the package, each with all its endings."""
    text = files("governance.tickets.privacy").joinpath("labels.toml").read_text(encoding="utf-8")
    raw = tomllib.loads(text)
    need_ending = frozenset(raw["need_ending"])
    found: dict[str, Label] = {}
    for name, words in raw["words"].items():
        for word in words:
            if word not in need_ending:
                found.setdefault(flatten(word), Label[name.upper()])
            for ending in raw["endings"]:
                found.setdefault(flatten(word + ending), Label[name.upper()])
    for word in raw["phone"]:
        for ending in ("", "号", "号码"):
            found[word + ending] = Label.PHONE
    return found


_LABELS = _read_labels()


def label_before(flat: str, start: int) -> Label | None:
    """Find the label that stands right before a place of a flattened text.

    Between them may stand marks and 是, 为, 叫; 卡号尾号 is as good as 卡号.
    """
    end = start
    while end and flat[end - 1] in _LINKS:
        end -= 1
    for size in range(min(_LONGEST, end), 0, -1):
        label = _LABELS.get(flat[end - size : end])
        if label is not None and not _is_word_end(flat, end - size):
            return label
    return _LAST.get(flat[end - 1 : end])


def _is_word_end(flat: str, start: int) -> bool:
    """Whether an English word goes on to the left."""
    before = flat[start - 1 : start]
    return flat[start].isascii() and before.isascii() and before.isalnum()
