"""The catalogue of channels, request types and kinds of callers."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.book.terms import Caller
from governance.tickets.channels import ChannelCatalogue, default_catalogue, read_catalogue
from governance.tickets.errors import CatalogueError

HEAD = 'edition = "1"\nvalid_from = 2026-01-01\n'
TYPES = '[request_type.help]\nname = "求助"\n'
CALLERS = '[caller_kind.personal]\nname = "个人"\n[caller_kind.enterprise]\nname = "企业"\n'
CHANNEL = '[channel.phone]\nname = "电话"\naliases = ["来电"]\n'


def read(folder: Path, text: str) -> ChannelCatalogue:
    path = folder / "channels.toml"
    path.write_text(text, encoding="utf-8")
    return read_catalogue(path)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("电话", "phone"),
        ("１２３４５ 热线", "phone"),
        ("微信小程序", "wechat"),
        ("APP", "app"),
        ("新浪微博", "weibo"),
        ("人民网“领导留言板”", "message_board"),
        ("企业热线", "enterprise_line"),
        ("SMS", "sms"),
        ("网站", "web"),
        ("其它", "other"),
        ("enterprise_line", "enterprise_line"),
    ],
)
def test_words_of_sources_give_the_key_of_a_channel(text: str, key: str) -> None:
    assert default_catalogue().channel(text) == key


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("咨询", "consultation"),
        ("求助", "help"),
        ("诉求", "help"),
        ("投诉", "complaint"),
        ("控烟", "complaint"),
        ("举报", "report"),
        ("建议", "suggestion"),
        ("应急", "emergency"),
    ],
)
def test_words_of_sources_give_the_key_of_a_request_type(text: str, key: str) -> None:
    assert default_catalogue().request_type(text) == key


@pytest.mark.parametrize("text", ["", "  ", "鸽子", "电", "电话电话", "投", "·"])
def test_a_word_that_is_not_known_is_not_guessed(text: str) -> None:
    catalogue = default_catalogue()
    assert catalogue.channel(text) == ""
    assert catalogue.request_type(text) == ""
    assert catalogue.caller_kind(text) == ""


def test_only_a_report_of_a_violation_hides_its_reporter() -> None:
    catalogue = default_catalogue()
    assert [key for key in catalogue.request_types if catalogue.hides_reporter(key)] == ["report"]
    assert not catalogue.hides_reporter("no such type")


def test_kinds_of_callers_are_those_of_the_rule_books() -> None:
    catalogue = default_catalogue()
    assert {Caller(key) for key in catalogue.caller_kinds} == {Caller.PERSONAL, Caller.ENTERPRISE}
    assert catalogue.caller_kind("市民") == "personal"
    assert catalogue.caller_kind("个体工商户") == "enterprise"
    assert catalogue.channels["enterprise_line"].caller_kind == "enterprise"


def test_callers_write_on_all_channels_but_the_lines_and_what_is_passed_on() -> None:
    channels = default_catalogue().channels
    spoken = [key for key, channel in channels.items() if not channel.is_online]
    assert spoken == ["phone", "enterprise_line", "other"]
    assert not channels["other"].is_merged


def test_a_catalogue_is_kept_as_json_and_read_again() -> None:
    catalogue = default_catalogue()
    again = ChannelCatalogue.from_dict(catalogue.to_dict())
    assert again == catalogue
    assert again.to_dict() == catalogue.to_dict()
    with pytest.raises(CatalogueError, match="kept catalogue"):
        ChannelCatalogue.from_dict({"edition": "1"})


def test_the_version_follows_what_is_said_and_not_the_notes(tmp_path: Path) -> None:
    plain = read(tmp_path, HEAD + CHANNEL + TYPES + CALLERS)
    noted = read(tmp_path, HEAD + 'source = "x"\n' + CHANNEL + 'note = "y"\n' + TYPES + CALLERS)
    wider = read(tmp_path, HEAD + CHANNEL.replace('"来电"', '"来电", "呼入"') + TYPES + CALLERS)
    assert plain.version == noted.version
    assert plain.version != wider.version
    assert plain == noted
    assert len({plain, noted, wider}) == 2


@given(st.text(max_size=12))
def test_any_text_is_looked_up_without_failing(text: str) -> None:
    catalogue = default_catalogue()
    assert catalogue.channel(text) in {"", *catalogue.channels}
    assert catalogue.request_type(text) in {"", *catalogue.request_types}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (CHANNEL + TYPES + CALLERS, "edition.*is missing"),
        ("edition = 1\n", "not text"),
        ('edition = "1"\nvalid_from = "2026-01-01"\n' + CHANNEL, "is no date"),
        (HEAD + "colour = 3\n", "'?colour.*no key here"),
        (HEAD + CHANNEL + "online = true\n" + TYPES + CALLERS, "channel.phone.online.*is_online"),
        (HEAD + CHANNEL + 'is_online = "yes"\n' + TYPES + CALLERS, "neither true nor false"),
        (HEAD + CHANNEL.replace('["来电"]', '"来电"') + TYPES + CALLERS, "is no list"),
        (HEAD + CHANNEL.replace("phone", "Phone") + TYPES + CALLERS, "lower-case Latin"),
        (
            HEAD + CHANNEL + '[channel.web]\nname = "来 电"\n' + TYPES + CALLERS,
            "means phone already",
        ),
        (HEAD + CHANNEL + 'caller_kind = "robot"\n' + TYPES + CALLERS, "no kind of caller"),
        (HEAD + CHANNEL + TYPES, "caller_kind.*has no entry"),
        (
            HEAD + CHANNEL + TYPES + '[caller_kind.robot]\nname = "机器"\n',
            "personal and enterprise",
        ),
        (HEAD + TYPES + CALLERS, r"write \[channel.KEY\]"),
        ("edition = \n", "is not TOML"),
    ],
)
def test_a_file_that_cannot_be_right_is_refused_with_its_name(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(CatalogueError, match=message) as caught:
        read(tmp_path, text)
    assert str(tmp_path / "channels.toml") in str(caught.value)


def test_a_file_that_is_missing_or_no_utf_8_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="cannot be read"):
        read_catalogue(tmp_path / "none.toml")
    path = tmp_path / "gb.toml"
    path.write_bytes('edition = "版"'.encode("gb18030"))
    with pytest.raises(CatalogueError, match="not UTF-8"):
        read_catalogue(path)
