"""What masking leaves, and that doing it twice changes nothing."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.tickets.privacy.flat import flatten
from governance.tickets.privacy.found import KIND_NAMES, Kind
from governance.tickets.privacy.mask import MASKER, Masked, mask, mask_many
from governance.tickets.privacy.scoring import read_case


def texts_of_the_corpus() -> list[str]:
    path = Path(__file__).with_name("corpus.toml")
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    items = [item for group in document.values() for item in group["cases"]]
    return [read_case(item if isinstance(item, str) else item["text"]).text for item in items]


TEXTS = texts_of_the_corpus()
PIECES = st.one_of(
    st.sampled_from(TEXTS),
    st.sampled_from(TEXTS).flatmap(lambda text: st.integers(0, len(text)).map(lambda n: text[n:])),
    st.text(alphabet="张王李建国先生号楼室一三八0123456789*-，。、 ·AaBb@#()（）\n", max_size=12),
    st.text(max_size=8),
)
MIXED = st.lists(PIECES, max_size=4).map("".join)


@given(MIXED)
@settings(max_examples=400, deadline=None)
def test_masking_what_is_masked_changes_nothing(text: str) -> None:
    once = mask(text)
    assert mask(once.text) == Masked(once.text)


@given(MIXED)
@settings(max_examples=200, deadline=None)
def test_findings_are_in_order_and_the_text_keeps_its_length(text: str) -> None:
    masked = mask(text)
    assert len(masked.text) == len(text)
    at = 0
    for one in masked.findings:
        assert at <= one.start < one.end <= len(text)
        assert not any(c.isalnum() for c in masked.text[one.start : one.end])
        at = one.end
    outside = set(range(len(text))) - {
        at for one in masked.findings for at in range(one.start, one.end)
    }
    assert all(masked.text[at] == text[at] for at in outside)


@given(st.sampled_from(TEXTS), st.sampled_from(["张建国", "欧阳文", "Li", "fox_2020", "5551234"]))
@settings(max_examples=100, deadline=None)
def test_a_word_of_the_caller_is_gone_wherever_it_stands(text: str, word: str) -> None:
    masked = mask(f"{text}，{word}，谢谢", known=[word])
    assert word not in masked.text
    assert mask(masked.text, known=[word]) == Masked(masked.text)


@given(st.text())
@settings(deadline=None)
def test_flattening_keeps_every_place(text: str) -> None:
    assert len(flatten(text)) == len(text)


def test_numerals_that_touch_digits_are_words() -> None:
    assert flatten("１３８００００１２３４一直") == "13800001234一直"
    assert flatten("三单元五〇一，Ａ座") == "3单元501,a座"


def test_the_place_stays_readable() -> None:
    masked = mask("我叫张建国，住红岭里3号楼2单元501室，电话138-1234-5678")
    assert masked.text == "我叫***，住红岭里3号楼2单元***室，电话***-****-****"
    assert [one.kind for one in masked.findings] == [Kind.NAME, Kind.ROOM, Kind.PHONE]


@pytest.mark.parametrize(
    "text",
    [
        "来电人138****5678，张**，110105********4321",
        "拨打12345、110、95598、400-820-8820均无果",
        "工单20241123001234，金额1500元，2026年11月24日",
        "张自忠路23号，李公桥，王府花园，老王烧烤，501路公交",
        "",
    ],
)
def test_what_is_not_personal_or_masked_already_stays(text: str) -> None:
    assert mask(text) == Masked(text)


def test_a_known_name_stays_in_the_name_of_a_road_and_goes_elsewhere() -> None:
    masked = mask("建国路上，建国大爷，张建国", known=["张建国"])
    assert masked.text == "建国路上，**大爷，***"


def test_findings_never_hold_the_value() -> None:
    (finding,) = mask("电话13812345678").findings
    assert "138" not in repr(finding)


def test_many_texts_each_have_their_own_caller() -> None:
    masked = mask_many(["丁丁说", "当当说"], known=[["丁丁"], ["丁丁"]])
    assert [one.text for one in masked] == ["**说", "当当说"]
    assert mask_many(["路灯"]) == [Masked("路灯")]
    with pytest.raises(ValueError, match="shorter"):
        mask_many(["a", "b"], known=[[]])


def test_every_kind_has_a_name_and_the_masker_a_version() -> None:
    assert set(KIND_NAMES) == set(Kind)
    assert MASKER
