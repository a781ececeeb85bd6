"""What the gazetteer finds: names in texts, names that are nearly right, names that sound alike."""

import threading
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from geo.address.automaton import build_automaton, find_all, text_codes
from geo.address.gazetteer import Gazetteer
from geo.address.normal import normalise
from geo.address.tables import GazetteerTables, Level, NameStatus, Role

AREAS = [
    ("city", "安和市", Level.CITY, "9901", "", True),
    ("d1", "红岭区", Level.DISTRICT, "990101", "city", True),
    ("t1", "柳林街道", Level.TOWNSHIP, "990101001", "d1", True),
    ("t2", "东坝镇", Level.TOWNSHIP, "990101002", "d1", True),
    ("c1", "柳林北里社区", Level.COMMUNITY, "990101001001", "t1", True),
    ("far", "远山自治州", Level.CITY, "8801", "", False),
    ("far2", "柳林街道", Level.TOWNSHIP, "880102001", "far", False),
]
PLACES = [
    ("e1", "阳光花园", Role.ESTATE, "小区", ""),
    ("e2", "阳光花园（二期）", Role.ESTATE, "小区", ""),
    ("e3", "槐树岭小区", Role.ESTATE, "小区", ""),
    ("e4", "槐树岭小区", Role.ESTATE, "小区", ""),
    ("g1", "槐树岭小区北门", Role.GATE, "门", "e3"),
    ("r1", "重阳路", Role.ROAD, "道路", ""),
    ("r2", "十二里河路", Role.ROAD, "道路", ""),
    ("p1", "阳光花园幼儿园", Role.POI, "幼儿园", ""),
]
MEMBERSHIPS = [("e1", "c1"), ("e3", "c1"), ("r1", "t1"), ("r1", "t2")]
NAMES = [
    ("r1", "工农路", "old", "1966-05-01", "1981-12-31"),
    ("e3", "老钢厂宿舍大院", "alias", "", ""),
]


def make_tables() -> GazetteerTables:
    empty = GazetteerTables()
    areas = [
        (uid, name, int(level), code, parent, 120.0, 30.0, np.nan, ours)
        for uid, name, level, code, parent, ours in AREAS
    ]
    places = [
        (uid, name, int(role), kind, 120.0 + i / 100, 30.0, 50.0, parent)
        for i, (uid, name, role, kind, parent) in enumerate(PLACES)
    ]
    return GazetteerTables(
        areas=pd.DataFrame(areas, columns=list(empty.areas.columns)),
        places=pd.DataFrame(places, columns=list(empty.places.columns)),
        memberships=pd.DataFrame(MEMBERSHIPS, columns=["uid", "area_uid"]),
        names=pd.DataFrame(NAMES, columns=list(empty.names.columns)),
    )


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Gazetteer:
    path = tmp_path_factory.mktemp("gazetteer") / "small.gaz"
    return Gazetteer.build(make_tables(), path, edition="2026-11")


def found_in(gazetteer: Gazetteer, text: str) -> list[tuple[int, int, str, NameStatus]]:
    starts, ends, names = gazetteer.scan(normalise(text))
    return [
        (start, end, gazetteer.name_text(name), gazetteer.name_status(name))
        for start, end, name in zip(starts.tolist(), ends.tolist(), names.tolist(), strict=True)
    ]


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["ab", "abc", "东西南北", "一里路"]).flatmap(
        lambda alphabet: st.tuples(
            st.sets(st.text(alphabet, min_size=1, max_size=6), max_size=30),
            st.text([*alphabet, "x", "\U00020000"], max_size=80),
        )
    )
)
def test_the_scan_finds_what_brute_force_finds(case: tuple[set[str], str]) -> None:
    forms, text = sorted(case[0]), case[1]
    codes = text_codes("".join(forms))
    start = np.cumsum([0, *map(len, forms)]).astype(np.int64)
    automaton = build_automaton(codes, start)
    # Each form has two names, so that the order within one stretch is seen too.
    name_start = np.arange(0, 2 * len(forms) + 1, 2, dtype=np.int32)
    names = np.arange(2 * len(forms), dtype=np.int32)
    arrays = (*vars(automaton).values(), start, name_start, names)
    found = find_all(text_codes(text), *arrays)
    expected = [
        (at, -(at + len(form)), 2 * i + j)
        for i, form in enumerate(forms)
        for at in range(len(text))
        if text.startswith(form, at)
        for j in range(2)
    ]
    assert [(int(a), -int(b), int(c)) for a, b, c in found.T] == sorted(expected)


def test_nested_names_are_all_found_longest_first(small: Gazetteer) -> None:
    assert found_in(small, "住阳光花园幼儿园旁") == [
        (1, 8, "阳光花园幼儿园", NameStatus.MAIN),
        (1, 5, "阳光花园", NameStatus.MAIN),
    ]


def test_positions_are_those_of_the_given_text(small: Gazetteer) -> None:
    text = "請到ＡＢ陽光花園（二期）３號樓"
    assert [text[start:end] for start, end, *_ in found_in(small, text)] == [
        "陽光花園（二期）",
        "陽光花園",
    ]


@pytest.mark.parametrize("text", ["十二里河路", "12里河路", "１２里河路", "拾贰里河路"])
def test_a_number_in_a_name_may_be_written_either_way(small: Gazetteer, text: str) -> None:
    assert (0, len(text), "十二里河路", NameStatus.MAIN) in found_in(small, text)


def test_brackets_of_a_name_may_be_left_out(small: Gazetteer) -> None:
    assert (0, 6, "阳光花园（二期）", NameStatus.MAIN) in found_in(small, "阳光花园2期")


def test_a_homonym_gives_all_its_bearers(small: Gazetteer) -> None:
    _, _, names = small.scan("槐树岭小区")
    assert [small.uid(e) for e in small.entities_of(int(names[0]))] == ["e3", "e4"]
    _, _, names = small.scan("柳林街道")
    assert [small.uid(e) for e in small.entities_of(int(names[0]))] == ["t1", "far2"]


def test_names_without_their_ending_are_short_forms_of_our_own_only(small: Gazetteer) -> None:
    assert (0, 3, "槐树岭", NameStatus.SHORT) in found_in(small, "槐树岭")
    _, _, names = small.scan("柳林")
    assert [small.uid(e) for e in small.entities_of(int(names[0]))] == ["t1"]
    assert found_in(small, "远山") == [(0, 2, "远山", NameStatus.SHORT)]


def test_an_old_name_says_when_it_was_valid(small: Gazetteer) -> None:
    _, _, names = small.scan("工农路")
    name = int(names[0])
    assert small.name_status(name) is NameStatus.OLD
    assert small.name_validity(name) == ("1966-05-01", "1981-12-31")
    assert [small.name(e) for e in small.entities_of(name)] == ["重阳路"]
    assert small.name_validity(int(small.scan("重阳路")[2][0])) == ("", "")


def test_areas_come_with_their_ancestors_finest_first(small: Gazetteer) -> None:
    def holding(uid: str) -> list[str]:
        return [small.uid(area) for area in small.areas_of(small.find(uid))]

    assert holding("e1") == ["c1", "t1", "d1", "city"]
    assert holding("r1") == ["t1", "t2", "d1", "city"]
    assert holding("t2") == ["t2", "d1", "city"]
    assert holding("g1") == ["c1", "t1", "d1", "city"]
    assert holding("p1") == []


def test_entities_are_found_by_uid_and_code(small: Gazetteer) -> None:
    uids = [*(row[0] for row in AREAS), *(row[0] for row in PLACES)]
    assert [small.uid(e) for e in range(small.n_entities)] == uids
    assert [small.find(uid) for uid in uids] == list(range(len(uids)))
    assert small.find("nobody") == -1
    assert small.uid(small.find_code("990101001")) == "t1"
    assert small.find_code("") == -1
    gate = small.find("g1")
    assert (small.role[gate], small.kind(gate)) == (Role.GATE, "门")
    assert small.uid(int(small.parent[gate])) == "e3"
    assert not small.is_ours[small.find("far2")]
    assert small.kind(small.find("t1")) == "township"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("槐树领小区", "槐树岭小区"),
        ("槐岭小区", "槐树岭小区"),
        ("槐树树岭小区", "槐树岭小区"),
        ("崇阳路", "重阳路"),
        ("重羊路", "重阳路"),
        ("12里合路", "十二里河路"),
        ("光阳花园", "阳光花园"),
    ],
)
def test_a_misspelt_name_is_found_first(small: Gazetteer, text: str, name: str) -> None:
    best, score = small.similar(normalise(text))[0]
    assert small.name_text(best) == name
    assert 0.5 < score < 1.0


def test_the_name_itself_scores_one_and_a_sound_more_than_a_shape(small: Gazetteer) -> None:
    def score(text: str) -> float:
        scores = {small.name_text(name): value for name, value in small.similar(text)}
        return scores["重阳路"]

    assert score("重阳路") == 1.0
    assert score("重羊路") > score("重木路")
    assert small.similar("") == []
    assert small.similar("完全无关") == []


def test_a_digit_never_stands_for_another(small: Gazetteer) -> None:
    scores = {small.name_text(n): s for n, s in small.similar("13里河路", min_score=0.1)}
    assert scores["十二里河路"] < 1 - 1 / 5


def test_names_that_are_read_alike_are_listed(small: Gazetteer) -> None:
    assert [small.name_text(n) for n in small.same_sound("崇羊路")] == ["重阳路"]
    assert [small.name_text(n) for n in small.same_sound("怀数岭小区")] == ["槐树岭小区"]
    assert small.same_sound("abc") == []


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Gazetteer:
    """20,000 invented names of two to four characters and an ending."""
    rng = np.random.default_rng(20261123)
    characters = np.array(
        list("柳林红岭东西南北新华阳光和平建设人民胜利团结福安长朝天海淀石景山通州顺昌大兴怀柔")
    )
    endings = np.array(["小区", "花园", "里", "路", "街", "小学", "幼儿园", "大厦", "有限公司"])
    names = sorted(
        {
            "".join(rng.choice(characters, rng.integers(2, 5))) + str(rng.choice(endings))
            for _ in range(20_000)
        }
    )
    places = pd.DataFrame(
        {
            "uid": [f"p{i}" for i in range(len(names))],
            "name": names,
            "role": int(Role.POI),
            "kind": "",
            "lon": 120.0,
            "lat": 30.0,
            "radius_m": 0.0,
            "parent_uid": "",
        }
    )
    path = tmp_path_factory.mktemp("gazetteer") / "large.gaz"
    return Gazetteer.build(GazetteerTables(places=places), path, edition="large")


def test_nineteen_of_twenty_names_with_one_wrong_character_are_among_ten(large: Gazetteer) -> None:
    rng = np.random.default_rng(7)
    others = list("柳林红岭东西南北新华阳光和平建设人民钱孙李周吴郑")
    n_found = n_asked = 0
    for entity in rng.permutation(large.n_entities)[:1000].tolist():
        name = large.name(entity)
        if len(name) < 4:
            continue
        at = int(rng.integers(len(name)))
        other = str(rng.choice(others))
        kind = rng.random()
        cut = at if kind > 0.8 else at + 1  # inserted, deleted or replaced
        text = name[:at] + ("" if 0.5 < kind <= 0.8 else other) + name[cut:]
        n_asked += 1
        n_found += name in {large.name_text(n) for n, _ in large.similar(text, 10)}
    assert n_asked > 800
    assert n_found / n_asked >= 0.95


def test_similar_is_the_edit_distance_where_nothing_sounds_alike(large: Gazetteer) -> None:
    text = "柳林红岭小厦"  # 厦 for 区
    found = {large.name_text(name): score for name, score in large.similar(text, 30, 0.3)}
    assert len(found) == 30
    for name, score in found.items():
        plain = Levenshtein.normalized_similarity(text, name)
        assert plain - 1e-12 <= score <= plain + 0.5 * (1 - plain) + 1e-12
    strict = [name for name in found if set(name) <= set("柳林红岭小区花园学路")]
    assert strict
    for name in strict:
        assert found[name] == pytest.approx(Levenshtein.normalized_similarity(text, name))


def test_endings_are_learned_from_the_names(large: Gazetteer) -> None:
    endings = large.endings()
    for ending in ("小区", "花园", "里", "路", "街", "小学", "幼儿园", "大厦", "有限公司"):
        assert endings[ending][0] is Role.POI
        assert endings[ending][1] > 1000
    assert "山里" not in endings
    assert len(endings) < 60


def test_threads_share_a_gazetteer(large: Gazetteer) -> None:
    texts = [large.name(e)[:-1] for e in range(0, large.n_entities, 97)]
    expected = [large.similar(text) for text in texts]
    answers: list[list[list[tuple[int, float]]]] = []

    def ask() -> None:
        answers.append([large.similar(text) for text in texts])

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [expected] * 4


def test_an_empty_gazetteer_answers_nothing(tmp_path: Path) -> None:
    empty = Gazetteer.build(GazetteerTables(), tmp_path / "empty.gaz", edition="none")
    assert [part.size for part in empty.scan("柳林街道")] == [0, 0, 0]
    assert empty.similar("柳林街道") == []
    assert empty.same_sound("柳林街道") == []
    assert empty.find("x") == -1
    assert empty.endings() == {}
