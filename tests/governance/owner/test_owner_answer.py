"""What stands beside the body in an answer: posts, phones, deadlines, sentences."""

import ast
import re
from datetime import date, datetime, timedelta, timezone
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from governance.book.terms import Step
from governance.errors import DateOutsideBookError, QuestionError, UnknownCategoryError
from governance.owner.answer import OwnerAnswer, OwnerQuestion
from governance.owner.confidence import same_side, same_side_many
from governance.owner.explain import LANGUAGES, REASONS, explain, step_name
from governance.owner.representation import (
    canonical_bytes,
    document_of,
    question_of,
    question_to_dict,
    readable,
    summary,
)

CHINA = timezone(timedelta(hours=8))
NOW = date(2026, 11, 23)


def _ask(city: Any, x: float, y: float, category: str, **changes: Any) -> OwnerAnswer:
    lon, lat = city.place(x, y)
    show_phones = changes.pop("show_phones", False)
    values: dict[str, Any] = {"at": NOW} | changes
    question = OwnerQuestion(lon=lon, lat=lat, category=category, **values)
    answer: OwnerAnswer = city.resolver.answer(question, show_phones=show_phones)
    return answer


# -- posts -------------------------------------------------------------------------------


def test_posts_go_from_the_grid_outwards_and_vacant_ones_are_listed(small_city: Any) -> None:
    posts = _ask(small_city, 2.5, 8, "0801001").posts
    assert [(post.code, post.area_name, post.holder) for post in posts] == [
        ("P01", "柳林一社区第1网格", "张晓明"),
        ("P02", "柳林一社区第1网格", ""),
        ("P03", "柳林一社区", "王建国"),
        ("P05", "柳林街道", "李芳"),
    ]


def test_a_post_ends_with_its_date(small_city: Any) -> None:
    before = _ask(small_city, 2.5, 8, "0801001", at=date(2026, 5, 31)).posts
    after = _ask(small_city, 2.5, 8, "0801001", at=date(2026, 6, 1)).posts
    assert {post.code for post in before} - {post.code for post in after} == {"P04"}


def test_a_street_chief_answers_on_the_street_only(small_city: Any) -> None:
    on_it = _ask(small_city, 25, 15.1, "0801001").posts
    beside = _ask(small_city, 25, 15.3, "0801001").posts
    assert ([post.code for post in on_it], list(beside)) == (["P06"], [])


def test_work_phones_are_shown_with_permission_only(small_city: Any) -> None:
    hidden = _ask(small_city, 2.5, 8, "0801001")
    shown = _ask(small_city, 2.5, 8, "0801001", show_phones=True)
    assert {post.phone for post in hidden.posts} == {""}
    assert [post.phone for post in shown.posts if post.code == "P01"] == ["010-20000001"]
    assert "010-20000001" not in canonical_bytes(readable(hidden)).decode()
    assert canonical_bytes(document_of(hidden)) == canonical_bytes(document_of(shown))


# -- deadlines ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("category", "received", "due", "is_provisional"),
    [
        # Two hours run through the night.
        ("0301001", (2026, 11, 22, 23, 30), (2026, 11, 23, 1, 30), False),
        ("0801001", (2026, 11, 22, 23, 30), (2026, 11, 23, 23, 30), False),
        # 29 and 30 September, 8 and 9 October, Saturday 10 October made up for, 12, 13 October.
        ("0101001", (2026, 9, 28, 10, 0), (2026, 10, 14, 0, 0), False),
        # Received on a day off: 8, 9, 10 and 12-15 October.
        ("0101001", (2026, 10, 3, 10, 0), (2026, 10, 16, 0, 0), False),
        # 22-25 and 28-31 December, 4-8, 11 and 12 January, whose holidays are not published.
        ("0701001", (2026, 12, 21, 9, 0), (2027, 1, 13, 0, 0), True),
    ],
)
def test_deadlines_count_by_level_and_calendar(
    small_city: Any,
    category: str,
    received: tuple[int, ...],
    due: tuple[int, ...],
    is_provisional: bool,  # noqa: FBT001 - a column of the table above
) -> None:
    moment = datetime(*received, tzinfo=CHINA)  # type: ignore[arg-type, misc]
    answer = _ask(small_city, 17, 5, category, at=moment.date(), received_at=moment)
    assert answer.deadline is not None
    assert answer.deadline.due_at == datetime(*due, tzinfo=CHINA)  # type: ignore[arg-type, misc]
    assert answer.deadline.is_provisional == is_provisional
    assert answer.deadline.calendar == small_city.resolver.calendar.version


def test_without_a_time_of_receipt_there_is_no_deadline(small_city: Any) -> None:
    assert _ask(small_city, 17, 5, "0101001").deadline is None


# -- questions ---------------------------------------------------------------------------


def test_a_category_may_be_named_by_its_path(small_city: Any) -> None:
    named = _ask(small_city, 3, 4, "园林绿化->树木->树木倒伏")
    assert named.primary == _ask(small_city, 3, 4, "0301001").primary


def test_questions_that_cannot_be_answered_are_errors(small_city: Any) -> None:
    with pytest.raises(UnknownCategoryError, match="0301009"):
        _ask(small_city, 3, 4, "0301009")
    with pytest.raises(DateOutsideBookError, match="2027-06-01"):
        _ask(small_city, 3, 4, "0301001", at=date(2027, 6, 1))
    points = np.array([small_city.place(3, 4), small_city.place(4, 4)])
    with pytest.raises(QuestionError, match="2 rows"):
        small_city.resolver.assign(points, ["0301001"], at=NOW)


def test_a_question_survives_json(small_city: Any) -> None:
    received = datetime(2026, 11, 23, 8, 0, tzinfo=CHINA)
    question = _ask(small_city, 3, 4, "0301001", received_at=received).question
    assert question_of(question_to_dict(question)) == question


def test_the_same_question_gives_the_same_bytes(small_city: Any) -> None:
    documents = [document_of(_ask(small_city, 10, 13.5, "0801001")) for _ in range(2)]
    assert canonical_bytes(documents[0]) == canonical_bytes(documents[1])


# -- sentences ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "category", "chinese", "english"),
    [
        (
            (3, 4), "0301001",
            "由东湖区园林局主办（特殊区域：规则适用，由其主办）。",
            "东湖区园林局 answers (special area: the rule applies: it answers).",
        ),
        (
            (10, 13.5), "0801001",
            "由东湖区政府主办（属地区政府兜底：街道/乡镇边界上权属待定，由属地区政府兜底）；权属待定。",
            (
                "东湖区政府 answers (district government as fallback: undecided between townships: "
                "the district government answers as fallback); provisional."
            ),
        ),
        (
            (26.5, 22), "0801001",
            (
                "由文保区管理处主办（特殊区域：2个同级主体均可负责且未约定，首接负责由其牵头）；"
                "存在争议，首接负责。"
            ),
            (
                "文保区管理处 answers (special area: 2 equal bodies and no agreement: it leads "
                "as first receiver); disputed, first receiver leads."
            ),
        ),
        (
            (50, 50), "0801001",
            "没有找到责任主体，转人工核实。", "Nobody was found; it goes to review.",
        ),
    ],
)  # fmt: skip
def test_an_answer_is_summed_up_in_one_sentence(
    small_city: Any, place: tuple[float, float], category: str, chinese: str, english: str
) -> None:
    answer = _ask(small_city, *place, category)
    assert (summary(answer, "zh"), summary(answer, "en")) == (chinese, english)


def _reasons_in_code() -> dict[str, set[int]]:
    """Collect the codes that tuples in the order of rules begin with, and their lengths."""
    found: dict[str, set[int]] = {}
    for module in ("candidates", "verdict", "wishes"):
        spec = find_spec(f"governance.owner.{module}")
        assert spec is not None
        assert spec.origin is not None
        tree = ast.parse(Path(spec.origin).read_text(encoding="utf-8"))
        compared = {
            id(part)
            for node in ast.walk(tree)
            if isinstance(node, ast.Compare)
            for part in node.comparators
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.Tuple) or id(node) in compared or not node.elts:
                continue
            first = node.elts[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                found.setdefault(first.value, set()).add(len(node.elts) - 1)
    return found


IN_CODE = _reasons_in_code()


def test_every_reason_has_sentences_and_every_sentence_a_reason() -> None:
    assert set(IN_CODE) == set(REASONS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", sorted(IN_CODE))
def test_a_sentence_has_a_place_for_values_that_the_code_gives(code: str, language: str) -> None:
    template = REASONS[code][LANGUAGES.index(language)]
    fields = dict(re.findall(r"\{(\d)(:[^}]*)?\}", template))
    for n_values in IN_CODE[code]:
        values = [1234.25 if fields.get(str(at)) else "甲" for at in range(n_values)]
        said = explain((code, *values), language)
        assert said
        assert not set("{}") & set(said)
        assert not said.endswith((".", "。"))
        for pattern in fields.values():
            assert ("1234.2" if pattern else "甲") in said


def test_both_languages_say_the_same_values() -> None:
    for code, (chinese, english) in REASONS.items():
        used = [sorted(set(re.findall(r"\{(\d)", text))) for text in (chinese, english)]
        assert used[0] == used[1], code


def test_words_inside_sentences_are_in_their_language() -> None:
    assert explain(("later_step", Step.TOWNSHIP.value), "zh") == "前序环节“街道/乡镇属地”已确定主体"
    assert explain(("later_step", Step.TOWNSHIP.value), "en").count("township") == 1
    assert explain(("caller", "enterprise"), "en") == "only for enterprise callers"
    assert explain(("other_side", "left"), "zh") == "仅管理其左侧"
    assert {step_name(step, language) for step in Step for language in LANGUAGES} >= {"社区"}


def test_an_unknown_reason_or_language_is_an_error() -> None:
    with pytest.raises(KeyError):
        explain(("nonsense",))
    with pytest.raises(ValueError, match="fr"):
        explain(("taken",), "fr")


# -- confidence --------------------------------------------------------------------------


def test_confidence_of_arrays_is_that_of_numbers() -> None:
    margins = np.array([0.0, 1.0, 8.17, 100.0, np.inf, 3.0])
    accuracy = np.array([20.0, 20.0, 20.0, 20.0, 20.0, 0.0])
    singles = [same_side(m, a) for m, a in zip(margins.tolist(), accuracy.tolist(), strict=True)]
    assert same_side_many(margins, accuracy) == pytest.approx(singles, abs=1e-12)
    assert singles == pytest.approx([0.5, 0.54869, 0.84131, 1.0, 1.0, 1.0], abs=1e-4)
