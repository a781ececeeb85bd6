"""The catalogue of channels in force, kept in the store with all before it."""

import pytest

from boundaries.store import BoundaryStore
from governance.tickets.channels import ChannelCatalogue, default_catalogue
from governance.tickets.channels.keeping import CatalogueInForce, catalogue_in_force, put_in_force
from governance.tickets.errors import CatalogueError
from governance.tickets.store import TicketStore


def city_catalogue() -> ChannelCatalogue:
    document = default_catalogue().to_dict()
    return ChannelCatalogue.from_dict(document | {"edition": "city 1"})


def test_the_default_is_kept_until_a_city_puts_its_own_in_force(store: BoundaryStore) -> None:
    tickets = TicketStore(store)
    assert tickets.catalogue_in_force() == ""
    assert catalogue_in_force(tickets) == default_catalogue()
    put_in_force(tickets, city_catalogue())
    assert catalogue_in_force(tickets).edition == "city 1"
    versions = [version for version, _recorded, _used in tickets.catalogue_versions()]
    assert versions == [default_catalogue().version, city_catalogue().version]
    put_in_force(tickets, default_catalogue())
    assert catalogue_in_force(tickets) == default_catalogue()
    assert len(tickets.catalogue_versions()) == 2


def test_what_is_kept_and_cannot_be_read_is_an_error(store: BoundaryStore) -> None:
    tickets = TicketStore(store)
    tickets.keep_catalogue("v", {"edition": "broken"})
    with pytest.raises(CatalogueError, match="kept catalogue"):
        catalogue_in_force(tickets)


def test_another_catalogue_is_seen_after_a_while_and_not_asked_for_each_time(
    store: BoundaryStore,
) -> None:
    tickets, seconds = TicketStore(store), [0.0]
    current = CatalogueInForce(tickets, 2.0, clock=lambda: seconds[0])
    first = current()
    put_in_force(tickets, city_catalogue())
    assert current() is first
    seconds[0] = 2.0
    assert current().edition == "city 1"
    same = current()
    seconds[0] = 4.0
    assert current() is same
