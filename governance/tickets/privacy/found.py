"""What was found in a text: kinds of personal data and where they stand, never what they say."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["KIND_NAMES", "Finding", "Kind"]


class Kind(StrEnum):
    """Kinds of personal data."""

    NAME = "name"
    PHONE = "phone"
    ID_NUMBER = "id_number"
    DOCUMENT = "document"
    PLATE = "plate"
    BANK = "bank"
    ACCOUNT = "account"
    MESSENGER = "messenger"
    EMAIL = "email"
    ROOM = "room"
    BIRTHDAY = "birthday"


KIND_NAMES: dict[Kind, tuple[str, str]] = {
    Kind.NAME: ("姓名", "name"),
    Kind.PHONE: ("电话", "telephone number"),
    Kind.ID_NUMBER: ("身份证号", "ID number"),
    Kind.DOCUMENT: ("证件号", "number of a document"),
    Kind.PLATE: ("车牌", "number plate"),
    Kind.BANK: ("银行账号", "bank card or account"),
    Kind.ACCOUNT: ("户号", "number of an account, a meter or a contract"),
    Kind.MESSENGER: ("社交账号", "messenger account"),
    Kind.EMAIL: ("邮箱", "e-mail"),
    Kind.ROOM: ("门牌室号", "room number"),
    Kind.BIRTHDAY: ("出生日期", "birthday"),
}
"""Name of each kind in Chinese and English."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Personal data in a text: its kind, and its span from ``start`` up to before ``end``."""

    kind: Kind
    start: int
    end: int
