"""One process of several has the turn; it passes on when that one ends."""

from pathlib import Path

import pytest

from boundaries.errors import StoreUnavailableError
from boundaries.store import create_store
from governance.tickets.turn import SURGE_TURN, Turn
from tests.conftest import OpenStore


@pytest.mark.postgis
def test_one_of_several_has_the_turn_until_it_gives_it_away(
    open_store: OpenStore, tmp_path: Path
) -> None:
    with open_store("postgis", tmp_path) as store:
        first, second = Turn(store, SURGE_TURN), Turn(store, SURGE_TURN)
        other_job = Turn(store, SURGE_TURN + 1)
        assert first.is_mine()
        assert [second.is_mine(), first.is_mine(), second.is_mine()] == [False, True, False]
        assert other_job.is_mine()
        first.close()
        assert [second.is_mine(), first.is_mine()] == [True, False]
        second.close()
        other_job.close()


@pytest.mark.postgis
def test_who_loses_the_connection_loses_the_turn(open_store: OpenStore, tmp_path: Path) -> None:
    with open_store("postgis", tmp_path) as store:
        turn, other = Turn(store, SURGE_TURN), Turn(store, SURGE_TURN)
        assert turn.is_mine()
        held = turn._held
        assert held is not None
        driver = held.connection.driver_connection
        assert driver is not None
        driver.close()
        with pytest.raises(StoreUnavailableError):
            turn.is_mine()
        assert other.is_mine()
        assert not turn.is_mine()
        other.close()
        assert turn.is_mine()
        turn.close()


def test_in_a_file_everyone_has_the_turn(open_store: OpenStore, tmp_path: Path) -> None:
    with open_store("sqlite", tmp_path) as store:
        turns = [Turn(store, SURGE_TURN), Turn(store, SURGE_TURN)]
        assert [turn.is_mine() for turn in turns] == [True, True]
        for turn in turns:
            turn.close()


def test_a_store_that_is_not_there_is_said(tmp_path: Path) -> None:
    store = create_store("postgresql://nobody@127.0.0.1:1/none", tmp_path)
    with pytest.raises(StoreUnavailableError):
        Turn(store, SURGE_TURN).is_mine()
    store.close()
