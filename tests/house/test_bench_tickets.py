"""The benchmark of tickets runs on the tiny city, and what it counts is counted rightly."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bench.cluster import MissingPeerError, PostgisCluster
from bench.tickets.__main__ import Numbers
from bench.tickets.city import SOURCE, draw_requests, read_requests, save_requests
from bench.tickets.serving import counts, url_of
from boundaries.store import upgrade

ROOT = Path(__file__).parents[2]
MISSING = "INTAKE NOT MEASURED OVER HTTP: install PostgreSQL with PostGIS"
N_CRASH = 150


@pytest.fixture(scope="module")
def result() -> dict[str, Any]:
    sizes = ("--n", "240", "--slots", "1", "--n-warm", "10", "--n-http", "60", "--http-slots", "1")
    crashes = ("--n-crash", str(N_CRASH), "--kills", "1", "--workers", "1", "--connections", "8")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "bench.tickets", "--json", "--scale", "tiny"),
            *(*sizes, *crashes),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.long
def test_it_prints_nothing_but_json_with_words_to_bodies_and_every_stage(
    result: dict[str, Any],
) -> None:
    assert result["text_to_body_per_s"] == max(result["slots"]) > 0
    assert 0.5 < result["owned_by_words"] <= 1.0
    intake = result["intake"]
    assert set(intake["stages_us"]) == {
        "read", "mask", "words and coordinates", "owners", "decisions",
    }  # fmt: skip
    assert all(value > 0 for value in intake["stages_us"].values())
    assert sum(intake["states"].values()) == 120
    assert {"commit", "cpu", "load_average", "load_average_at_end"} <= set(result["machine"])


@pytest.mark.long
@pytest.mark.postgis
def test_nothing_is_lost_or_doubled_when_the_service_or_the_database_is_killed(
    result: dict[str, Any],
) -> None:
    if "PostGIS" in result["missing"]:
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(f"{MISSING}: {result['missing']['PostGIS']}")
    assert result["intake_per_s"] == result["http"]["intake_per_s"] > 0
    assert result["http"]["server_cpu_us"] > 0
    assert (result["lost"], result["doubled"]) == (0, 0)
    for what in ("service", "database"):
        found = result["crashes"][what]
        assert found["acknowledged"] == found["sent"] == N_CRASH
        assert found["refused"] == []
        assert found["torn"] == 0
        # What was killed was missed: otherwise the run says nothing.
        assert sum(found["failed_tries"].values()) > 0


@pytest.mark.postgis
def test_lost_and_doubled_tickets_are_counted() -> None:
    try:
        with PostgisCluster() as cluster:
            upgrade(url_of(cluster))
            with psycopg.connect(cluster.dsn) as connection:
                connection.execute("DROP INDEX uq_ticket_source_external_id")
                for stream, number in (("TA", "1"), ("TB", "1"), ("TC", "2")):
                    connection.execute(_TICKET, {"id": stream, "source": SOURCE, "n": number})
                for position, stream in ((1, "TA"), (2, "TC"), (3, "TC")):
                    connection.execute(_EVENT, {"p": position, "stream": stream})
            found = counts(cluster, {"1": 201, "2": 201, "3": 201})
    except MissingPeerError as missing:
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(f"{MISSING}: {missing}")
    assert (found["lost"], found["doubled"]) == (1, 2)
    # TB has no event and TC two where its row says one; none has its content.
    assert found["torn"] == 5


_TICKET = """
INSERT INTO ticket (id, source, external_id, received_at, channel, request_type, category,
    category_group, place_uid, place_label, district, township, community, grid, body, rule,
    handler, state, incident, merged_into, seq, search_text, document)
VALUES (%(id)s, %(source)s, %(n)s, now(), '', '', '', '', '', '', '', '', '', '', '', '', '',
    'received', '', '', 1, '', '{}')
"""
_EVENT = """
INSERT INTO event (position, stream, seq, kind, at, recorded_at, actor, unit, decision, data)
VALUES (%(p)s, %(stream)s, %(p)s, 'received', now(), now(), '', '', '', '{}')
"""


def test_every_request_of_the_run_has_a_number_of_its_own() -> None:
    numbers = Numbers([{"text": "a"}, {"text": "b"}])
    found = [*numbers.take(3, "x"), *numbers.take(2, "x")]
    assert [one["text"] for one in found] == ["a", "b", "a", "b", "a"]
    assert len({one["external_id"] for one in found}) == 5


def test_requests_are_read_back_as_they_were_drawn(tmp_path: Path) -> None:
    drawn = draw_requests("tiny", 7, 50)
    save_requests(drawn, tmp_path / "requests.jsonl")
    read = read_requests(tmp_path / "requests.jsonl")
    assert [one.external_id for one in read] == [one["external_id"] for one in drawn]
    assert len({one.external_id for one in read}) == 50
    assert all(one.category and one.caller is not None for one in read)
    assert any(one.hints.township for one in read)
