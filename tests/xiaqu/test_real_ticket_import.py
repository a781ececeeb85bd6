"""5,000 real requests of Baltimore through a mapping file: every one is accounted for."""

import csv
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from boundaries.locator import load_locator
from boundaries.store import BoundaryStore
from geo.address.gazetteer import Gazetteer
from geo.address.geocoder import Geocoder
from geo.address.western.tables import StreetColumns, street_tables
from governance.book.reading import read_book
from governance.book.store import GovernanceStore
from governance.owner.loading import load_resolver
from governance.tickets.channels import default_catalogue
from governance.tickets.intake.take import TicketIntake
from governance.tickets.mapping import read_mapping
from governance.tickets.privacy.vault import VaultKey
from governance.tickets.search import TicketQuery
from governance.tickets.store import TicketStore
from governance.tickets.terms import PlaceMethod, ReviewCode, TicketState
from governance.tickets.ticket import Ticket
from xiaqu.cli import main
from xiaqu.compose import open_store
from xiaqu.settings import read_settings
from xiaqu.tickets.importing import ImportSummary, import_tickets

pytestmark = [pytest.mark.realdata, pytest.mark.long]

MAPPING = Path(__file__).parents[2] / "docs" / "examples" / "tickets" / "baltimore-311.toml"
STREETS = StreetColumns(
    "fullname", "fraddl", "toaddl", "fraddr", "toaddr", "leftzip", "rightzip", "subtype_label"
)
LAYER = """
[layer]
key = "{key}"
name = "{key}"
kind = "{key}"
role = "partition"
[source]
datum = "WGS-84"
[fields]
code = "{code}"
name = "name"
[edition]
label = "test"
valid_from = 2000-01-01
legal_status = "managed"
"""
LAYERS = {
    "district": ("baltimore_city", "countyfp"),
    "township": ("police_districts", "number"),
    "community": ("neighborhoods", "name"),
}
BOOK = """
label = "Baltimore"
valid_from = 2010-01-01
authority = "test"

[layers]
district = "district"
township = "township"
community = "community"
"""
WEEK = '[level.week]\nname = "一般"\nname_en = "within a week"\nlimit = "7 d"\n'
CITY_BODIES = ["CITY,City of Baltimore,city,,,", "MAYOR,Office of the Mayor,district,CITY,510,"]


def tell(figures: object) -> None:
    """Show figures where pytest shows output (-s)."""
    sys.stdout.write(f"\n{figures}")


def write_table(path: Path, head: str, lines: list[str]) -> None:
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")


def write_book(folder: Path, requests: pd.DataFrame, units: dict[str, str]) -> dict[str, str]:
    """Write a rule book: each type of request goes to the agency that has most of them.

    Gives the code of each type.
    """
    folder.mkdir()
    (folder / "book.toml").write_text(BOOK, encoding="utf-8")
    (folder / "levels.toml").write_text(WEEK, encoding="utf-8")
    agencies = sorted(requests["Agency"].unique())
    bodies = [f"{units[name]},{name},municipal_department,CITY,,{units[name]}" for name in agencies]
    write_table(
        folder / "bodies.csv", "code,name,kind,parent,area,function", [*CITY_BODIES, *bodies]
    )
    codes: dict[str, str] = {}
    with (folder / "catalogue.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        head = "code,level_1,level_2,level_3,response_level,steps,function,tier,needs_asset"
        rows.writerow(head.split(","))
        numbers: Counter[str] = Counter()
        for kind, group in requests.groupby("SRType"):
            agency = group["Agency"].mode()[0]
            first = f"{agencies.index(agency) + 1:02}01"
            numbers[first] += 1
            codes[str(kind)] = code = f"{first}{numbers[first]:03}"
            names = [agency, "requests", kind]
            steps = ["week", "function;district", units[agency], "city", "false"]
            rows.writerow([code, *names, *steps])
    write_table(
        folder / "rules.csv",
        "code,step,layer,categories,body,role,precedence,mode",
        [
            "FUNCTION,function,,*,@function,primary,100,exclusive",
            "DISTRICT,district,district,*,@area,primary,100,exclusive",
        ],
    )
    return codes


@dataclass(frozen=True)
class Imported:
    """The requests, what importing them came to, and the tickets as they are kept."""

    requests: pd.DataFrame
    first: ImportSummary
    again: ImportSummary
    tickets: dict[str, Ticket]
    store: TicketStore


def fill(store: BoundaryStore, home: Path, areas: Path) -> None:
    for key, (file, code) in LAYERS.items():
        definition = home / f"{key}.toml"
        definition.write_text(LAYER.format(key=key, code=code), encoding="utf-8")
        assert main(["boundaries", "import", str(areas / f"{file}.geojson"), str(definition)]) == 0
    governance = GovernanceStore(store)
    governance.activate(governance.save_book(read_book(home / "book")).id)


def gazetteer_of(areas: Path, home: Path) -> Gazetteer:
    tables = street_tables(
        gpd.read_file(areas / "streets.gpkg"),
        STREETS,
        city="Baltimore",
        other_city_names=["Baltimore City"],
        crossings=gpd.read_file(areas / "named_intersections.geojson"),
    )
    return Gazetteer.build(tables, home / "streets.gaz", edition="baltimore")


@pytest.fixture(scope="module")
def imported(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Imported]:
    home, areas = tmp_path_factory.mktemp("baltimore"), shared_data / "baltimore_areas"
    source = shared_data / "baltimore_311" / "requests.csv"
    requests = pd.read_csv(source, dtype=str, keep_default_na=False)
    mapping_file = home / MAPPING.name
    mapping_file.write_text(MAPPING.read_text(encoding="utf-8"), encoding="utf-8")
    write_table(home / "categories.csv", "given,meant", [])
    empty = read_mapping(mapping_file)
    units = {name: str(empty.meant("unit", name)) for name in requests["Agency"].unique()}
    codes = write_book(home / "book", requests, units)
    write_table(
        home / "categories.csv", "given,meant", [f'"{kind}",{code}' for kind, code in codes.items()]
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XIAQU_DATA_DIR", str(home / "data"))
        patch.delenv("XIAQU_DATABASE_URL", raising=False)
        assert main(["db", "upgrade"]) == 0
        store = open_store(read_settings())
        fill(store, home, areas)
    locator = load_locator(store)
    resolver = load_resolver(store, locator=locator)
    geocoder = Geocoder(gazetteer_of(areas, home))
    tickets = TicketStore(store)
    intake = TicketIntake(
        tickets,
        resolver=lambda: resolver,
        geocoder=lambda: geocoder,
        locator=lambda: locator,
        catalogue=default_catalogue,
        key=VaultKey(b"a key of tests, nothing else"),
    )
    first, again = (
        import_tickets(source, intake, default_catalogue(), mapping=read_mapping(mapping_file))
        for _ in range(2)
    )
    kept: dict[str, Ticket] = {}
    query = TicketQuery(limit=1000)
    while True:
        page = tickets.search(query)
        kept |= {ticket.external_id: ticket for ticket in page.tickets}
        if not page.cursor:
            break
        query = TicketQuery(limit=1000, cursor=page.cursor)
    yield Imported(requests, first, again, kept, tickets)
    store.close()


def test_every_request_is_a_ticket_placed_or_in_review_with_its_reason(imported: Imported) -> None:
    summary = imported.first
    tell(summary.to_dict())
    assert summary.n_rows == summary.n_new == 5000
    assert summary.n_rejected == summary.n_known == summary.n_changed == summary.n_blank == 0
    assert summary.rejected is None
    assert set(imported.tickets) == set(imported.requests["ServiceRequestNum"])
    assert summary.placed.total() == 5000
    in_review = [ticket for ticket in imported.tickets.values() if ticket.review]
    assert len(in_review) == summary.n_review
    assert {reason["code"] for ticket in in_review for reason in ticket.review} <= set(ReviewCode)
    lost = [
        ticket.id
        for ticket in imported.tickets.values()
        if not ticket.review and (ticket.place_method == PlaceMethod.NONE or not ticket.body)
    ]
    assert lost == []
    # What neither coordinates nor an address say is never placed; all else mostly is.
    assert summary.placed[PlaceMethod.COORDINATES] >= 4200
    assert summary.placed[PlaceMethod.ADDRESS] >= 350


def test_to_import_the_same_file_again_takes_nothing(imported: Imported) -> None:
    assert imported.again.n_known == 5000
    assert imported.again.n_new == imported.again.n_changed == 0


def test_the_state_of_the_source_is_the_state_of_the_ticket(imported: Imported) -> None:
    states = Counter(
        (str(given).split(" (", maxsplit=1)[0], imported.tickets[str(number)].state)
        for number, given in imported.requests.set_index("ServiceRequestNum")["SRStatus"].items()
    )
    tell(dict(states))
    assert {state for (given, state) in states if given == "Closed"} == {TicketState.CLOSED}
    assert all(state != TicketState.CLOSED for (given, state) in states if given != "Closed")
    assert sum(n for (given, _state), n in states.items() if given == "Closed") == 4897


def test_placed_requests_lie_in_the_neighbourhood_that_the_city_wrote(imported: Imported) -> None:
    rows = imported.requests.set_index("ServiceRequestNum")["Neighborhood"]
    for method, least in ((PlaceMethod.COORDINATES, 0.975), (PlaceMethod.ADDRESS, 0.95)):
        found = [
            ticket.community == rows[number]
            for number, ticket in imported.tickets.items()
            if ticket.place_method == method and rows[number] and ticket.community
        ]
        share = sum(found) / len(found)
        tell(f"{method}: {len(found)} with a label, in it {share:.1%}")
        assert share >= least


def test_most_owners_are_the_agency_that_the_city_sent_it_to(imported: Imported) -> None:
    agencies = imported.requests.set_index("ServiceRequestNum")["Agency"]
    owned = {number: one for number, one in imported.tickets.items() if one.body}
    right = sum(one.body_name == agencies[number] for number, one in owned.items())
    tell(f"{len(owned)} with an owner, the agency of the source {right / len(owned):.1%}")
    assert right >= 0.97 * len(owned)


def test_the_log_makes_the_same_tables_again(imported: Imported) -> None:
    rebuilt = imported.store.rebuild(is_written=False)
    tell(f"{rebuilt.n_events} events, {rebuilt.n_tickets} tickets, {rebuilt.n_differences} differ")
    assert rebuilt.n_tickets == 5000
    assert rebuilt.is_same
