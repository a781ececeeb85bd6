"""The examples of tickets are true: of the described shape, and accepted where they are bodies."""

from typing import Any, get_args

import pytest
from pydantic import BaseModel
from starlette.testclient import TestClient

from api import examples_incidents, examples_tickets, schemas_incidents, schemas_tickets
from api.tickets_corrections import CorrectionGiven

from .ticket_city import PATH, taken

SHAPES: list[tuple[Any, type[BaseModel]]] = [
    (examples_tickets.TICKET_GIVEN, schemas_tickets.TicketGiven),
    (examples_tickets.TAKEN, schemas_tickets.TicketTaken),
    (examples_tickets.TAKEN_AGAIN, schemas_tickets.TicketTaken),
    (examples_tickets.TICKET_LIST, schemas_tickets.TicketList),
    (examples_tickets.TICKET, schemas_tickets.TicketWhole),
    (examples_tickets.HISTORY, schemas_tickets.TicketHistory),
    (examples_tickets.ACT_GIVEN, schemas_tickets.ActGiven),
    (examples_tickets.ACTED, schemas_tickets.TicketActed),
    (examples_tickets.CORRECTION_GIVEN, CorrectionGiven),
    (examples_tickets.CORRECTED, schemas_tickets.TicketCorrected),
    (examples_tickets.CALLER, schemas_tickets.CallerShown),
    (examples_tickets.LINKS, schemas_tickets.LinkList),
    (examples_tickets.REVIEW, schemas_tickets.ReviewPage),
    (examples_tickets.REVIEW_COUNTS, schemas_tickets.ReviewCounts),
    (examples_incidents.INCIDENT, schemas_incidents.IncidentShown),
    (examples_incidents.INCIDENTS, schemas_incidents.IncidentList),
    (examples_incidents.INCIDENT_HISTORY, schemas_tickets.TicketHistory),
    (examples_incidents.INCIDENT_DECIDED, schemas_incidents.IncidentDecided),
    (examples_incidents.ATTACH_GIVEN, schemas_incidents.AttachGiven),
    (examples_incidents.RETURNS, schemas_incidents.ReturnList),
    (examples_incidents.ACCURACIES, schemas_incidents.RuleAccuracies),
    (examples_incidents.CHANNELS, schemas_incidents.ChannelsKept),
]


@pytest.mark.parametrize(
    ("example", "model"), SHAPES, ids=[f"{m.__name__}-{n}" for n, (_, m) in enumerate(SHAPES)]
)
def test_examples_have_the_described_shape(example: Any, model: type[BaseModel]) -> None:
    model.model_validate(example)


def test_outcomes_of_rows_have_the_described_shape() -> None:
    for row in examples_tickets.BATCH_OUTCOMES:
        schemas_tickets.TicketOutcome.model_validate(row)


def test_the_bodies_of_the_examples_are_taken(desk: TestClient) -> None:
    response = desk.post(PATH, json=examples_tickets.TICKET_GIVEN)
    assert response.status_code == 201
    example = examples_tickets.TAKEN
    same = ("id", "external_id", "state", "body", "handler", "due_at")
    assert {name: response.json()[name] for name in same} == {name: example[name] for name in same}
    batch = desk.post(
        f"{PATH}/batch",
        content=examples_tickets.BATCH_CSV.encode(),
        headers={"content-type": "text/csv", "accept": "application/json"},
    )
    assert [row["external_id"] for row in batch.json()] == ["GD-7"]
    path = response.headers["location"]
    sign = {"kind": "sign", "actor": "li", "unit": "STATION"}
    assert desk.post(f"{path}/events", json=sign).status_code == 200
    assert desk.post(f"{path}/events", json=examples_tickets.ACT_GIVEN).status_code == 200


def test_members_come_in_the_documented_order(desk: TestClient) -> None:
    body = taken(desk)
    assert list(body) == list(examples_tickets.TAKEN)
    assert list(desk.get(body["url"]).json()) == list(examples_tickets.TICKET)
    assert list(desk.get(PATH).json()["tickets"][0]) == list(examples_tickets.TICKET_SHOWN)


def test_every_kind_of_correction_is_described() -> None:
    annotation = CorrectionGiven.model_fields["root"].annotation
    kinds = {get_args(one.model_fields["kind"].annotation)[0] for one in get_args(annotation)}
    assert kinds == {"choose", "pin", "category", "owner", "dismiss"}
