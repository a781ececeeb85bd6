"""The picture of an answer: what it says is what was answered, and its labels do not meet."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.owners.city import open_city
from bench.owners.example import PICTURE, make_example
from boundaries.store import BoundaryStore
from governance.clocks.calendar import CHINA_TIME
from governance.owner.answer import OwnerAnswer, OwnerQuestion
from governance.owner.explain import explain
from governance.owner.loading import load_resolver
from governance.owner.picture import draw_owner
from governance.owner.picture_ground import read_ground
from governance.owner.picture_marks import Labels, width_of, wrap
from governance.owner.resolver import OwnerResolver

ROOT = Path(__file__).parents[3]
DECISION = "DABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> BoundaryStore:
    return open_city("tiny", 1, tmp_path_factory.mktemp("city"))


@pytest.fixture(scope="module")
def resolver(store: BoundaryStore) -> OwnerResolver:
    return load_resolver(store)


def answers(resolver: OwnerResolver) -> Iterator[OwnerAnswer]:
    """Answers about road damage on the middle of the city and on corners of its townships."""
    west, south, east, north = resolver.grounds.locator.bounds
    middle = (west + east) / 2, (south + north) / 2
    codes = [row.code for row in resolver.categories if row.level_3 in {"道路破损", "井盖缺失破损"}]
    for category in codes:
        for shift in range(6):
            yield resolver.answer(
                OwnerQuestion(
                    lon=middle[0] + shift * 2e-3,
                    lat=middle[1] - shift * 1e-3,
                    category=category,
                    at=date(2026, 11, 20),
                    received_at=datetime(2026, 11, 20, 9, 30, tzinfo=CHINA_TIME),
                )
            )


def words_of(svg: str) -> list[str]:
    texts = ET.fromstring(svg).itertext()  # noqa: S314 - drawn by ourselves
    return [text.strip() for text in texts if text.strip()]


def draw(store: BoundaryStore, resolver: OwnerResolver, answer: OwnerAnswer) -> str:
    category = resolver.categories[resolver.category(answer.question.category)]
    ground = read_ground(store, resolver.book, answer)
    return draw_owner(answer, ground, category, decision=DECISION, stamps=("示范数据",))


def test_it_names_the_body_every_candidate_and_every_reason(
    store: BoundaryStore, resolver: OwnerResolver
) -> None:
    steps = set()
    for answer in answers(resolver):
        said = "".join(words_of(draw(store, resolver, answer)))
        assert answer.primary is not None
        assert answer.primary.name in said
        assert DECISION in said
        assert "示范数据" in said
        for item in answer.considered:
            assert item.body_name in said
            assert explain(item.reason) in said
        for reason in answer.would_change[:8]:
            assert explain(reason) in said
        assert f"{answer.confidence:.2f}" in said
        steps.add(answer.step)
    assert len(steps) > 1


def test_nobody_and_no_decision_are_said_too(store: BoundaryStore, resolver: OwnerResolver) -> None:
    answer = next(answers(resolver))
    nobody = replace(
        answer, primary=None, step=None, rule="", status="nobody", considered=(), would_change=()
    )
    category = resolver.categories[0]
    svg = draw_owner(nobody, read_ground(store, resolver.book, nobody), category)
    said = words_of(svg)
    assert "待核实" in said
    assert any("未存档" in words for words in said)


def test_a_township_across_the_border_and_the_distance_to_it_are_on_the_map(
    store: BoundaryStore, resolver: OwnerResolver
) -> None:
    table = store.areas(store.active_edition("township").id)
    boundary = table.require_geometries()[0].boundary
    lon, lat = boundary.interpolate(0.31, normalized=True).coords[0]
    question = next(answers(resolver)).question
    answer = resolver.answer(replace(question, lon=lon + 1e-5, lat=lat))
    said = words_of(draw(store, resolver, answer))
    assert any(words.startswith("距界") for words in said)
    assert "定位精度 20 米" in said


@given(st.text("街道办事处abc 1，。；（）", max_size=80), st.integers(40, 400))
def test_broken_lines_hold_all_the_words_and_keep_the_width(words: str, width: int) -> None:
    lines = wrap(words, 13.5, width)
    assert "".join(lines) == words
    for line in lines:
        assert width_of(line.rstrip("，。；、）”"), 13.5) <= width or len(line) == 1


@given(st.lists(st.tuples(st.floats(0, 300), st.floats(0, 200)), max_size=30))
def test_labels_never_meet_and_stay_inside(anchors: list[tuple[float, float]]) -> None:
    labels = Labels(300, 200)
    boxes = []
    for x, y in anchors:
        spot = labels.place(x, y, ["井盖", "4.3 米"], 13)
        if spot is not None:
            boxes.append((*spot, spot[0] + width_of("4.3 米", 13), spot[1] + 13 * 1.3 * 2))
    for at, (left, top, right, bottom) in enumerate(boxes):
        assert left >= 0
        assert top >= 0
        assert right <= 300
        assert bottom <= 200
        for a, b, c, d in boxes[:at]:
            assert right <= a or left >= c or bottom <= b or top >= d


def test_the_document_and_its_picture_show_what_the_generated_city_answers(
    tmp_path: Path,
) -> None:
    made = make_example(tmp_path / "city", tmp_path / "evidence.svg")
    assert made["is_same"] is True
    document = (ROOT / "docs" / "owners.md").read_text(encoding="utf-8")
    for said in (made["summary"], f'"confidence": {made["confidence"]}'):
        assert str(said) in document
    wishes = made["would_change"]
    assert isinstance(wishes, list)
    for wish in wishes:
        assert f"- {wish['text']}\n" in document
    # What a store alone knows: ids of editions, of the book and of the decision.
    own = re.compile(r"认定编号|数据版本")
    fresh, kept = (
        [words for words in words_of(path.read_text(encoding="utf-8")) if not own.match(words)]
        for path in (tmp_path / "evidence.svg", PICTURE)
    )
    assert fresh == kept
