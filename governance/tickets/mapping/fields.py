"""The fields that a column of a file can fill."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["CODES", "FIELDS", "Field", "FieldKind"]


class FieldKind(StrEnum):
    """How a cell is read."""

    TEXT = "text"  # as it stands
    WORDS = "words"  # several, divided by 、 , ; / | or a line
    NUMBER = "number"
    PAIR = "pair"  # two numbers in one cell
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a ticket as a mapping names it.

    Attributes
    ----------
    key
        Its name.
    kind
        How its cells are read.
    meaning
        What it is, in Chinese and English, for the draft of a mapping and for the documentation.
    can_join
        Whether several columns can be put together in it.
    """

    key: str
    kind: FieldKind
    meaning: str
    can_join: bool = False


def _text(key: str, meaning: str, *, can_join: bool = False) -> Field:
    return Field(key, FieldKind.TEXT, meaning, can_join)


def _time(key: str, meaning: str) -> Field:
    return Field(key, FieldKind.TIME, meaning)


_ALL = (
    _text("external_id", "工单编号，与来源一起唯一 · number in the source", can_join=True),
    _time("received_at", "受理时间 · when the request came in"),
    _text("channel", "渠道 · channel, as in the catalogue of channels"),
    _text("request_type", "诉求类型 · 咨询 求助 投诉 举报 建议 应急"),
    _text("caller_kind", "诉求人类型 · 个人 or 企业"),
    _text("category", "问题分类：编码、完整路径或来源的叫法 · code, path, or its own name"),
    _text("title", "标题 · title", can_join=True),
    _text("text", "主要内容 · what the caller says", can_join=True),
    _text("address", "地址 · words of the place, where they stand apart", can_join=True),
    _text("district", "被反映区 · district"),
    _text("township", "被反映街乡镇 · township"),
    _text("community", "村/社区 · community"),
    _text("estate", "小区点位 · estate"),
    Field("lon", FieldKind.NUMBER, "经度 · longitude, or x of a projected datum"),
    Field("lat", FieldKind.NUMBER, "纬度 · latitude, or y of a projected datum"),
    Field("lon_lat", FieldKind.PAIR, "经度,纬度 在一列 · both in one column"),
    Field("lat_lon", FieldKind.PAIR, "纬度,经度 在一列 · both in one column, latitude first"),
    Field("accuracy_m", FieldKind.NUMBER, "坐标精度（米）· accuracy of the coordinates in metres"),
    _text("reported", "被举报单位 · who is reported"),
    Field("tags", FieldKind.WORDS, "标签 · labels"),
    _text("caller_name", "来电人 · name of the caller"),
    _text("caller_phone", "电话 · phone of the caller"),
    _text("caller_account", "账号 · account of the caller"),
    _text("caller_contact", "电话或账号 在一列 · phone or account, told apart by its signs"),
    _text("caller_id_number", "证件号 · ID number of the caller"),
    _text("caller_email", "邮箱 · e-mail of the caller"),
    _text("caller_address", "诉求人住址 · where the caller lives; never used as the place"),
    _text("caller_enterprise", "企业名称 · enterprise that calls"),
    _text("status", "工单状态：open signed handling replied closed · state in the source"),
    _text("outcome", "办结方式 · how it was closed"),
    _text("unit", "承办单位编码 · code of the body that handled it"),
    _time("signed_at", "签收时间 · when it was signed for"),
    _time("started_at", "开始办理时间 · when handling began"),
    _time("replied_at", "答复时间 · when the caller was answered"),
    _text("reply", "答复内容 · what the caller was answered", can_join=True),
    _time("called_back_at", "回访时间 · when the caller was called back"),
    _text("reached", "是否联系 · whether the caller was reached: yes no"),
    _text("solved", "是否解决 · yes partly no"),
    _text("satisfaction", "是否满意 · satisfied … dissatisfied"),
    _time("closed_at", "办结时间 · when it was closed"),
)

FIELDS: dict[str, Field] = {one.key: one for one in _ALL}
"""All fields by key, in the order in which the documentation shows them."""

CODES: dict[str, tuple[str, ...]] = {
    "status": ("open", "signed", "handling", "replied", "closed"),
    "reached": ("yes", "no"),
    "solved": ("yes", "partly", "no"),
    "satisfaction": (
        "very_satisfied", "satisfied", "mostly_satisfied", "neutral", "dissatisfied",
        "very_dissatisfied",
    ),
}  # fmt: skip
"""Fields that are told by fixed words, and these words; empty is allowed everywhere."""
