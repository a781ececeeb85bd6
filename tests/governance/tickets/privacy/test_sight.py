"""Who may see a caller, and what the others see."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from governance.tickets.errors import CallerHiddenError
from governance.tickets.given import CallerGiven
from governance.tickets.privacy.sight import PURPOSE_NAMES, Purpose, SightProfile, may_see, shown
from governance.tickets.privacy.vault import CallerRecord, VaultKey
from governance.tickets.terms import TicketState
from governance.tickets.ticket import Ticket

NOW = datetime(2026, 11, 24, tzinfo=UTC)
TICKET = Ticket(
    id="T1", source="s", external_id="1", received_at=NOW, recorded_at=NOW, state_since=NOW,
    handler="T01", lead="T02", co_organisers=("T03",), copied=("D1",), supervising=("C1",),
    body="T01", body_name="柳林街道办", state=TicketState.HANDLING.value,
)  # fmt: skip
REPORT = replace(TICKET, is_protected=True, reported="柳林街道办")
PROFILE = SightProfile(hotline=frozenset({"H1"}))
RECORD = CallerRecord.create(
    CallerGiven(
        name="张建国", phone="13812345678", account="wx_1", id_number="110105198503124321",
        email="zhang@b.cn", address="红岭里3号楼2单元501室", enterprise="红岭商行",
    ),
    VaultKey(b"a secret of the tests"),
)  # fmt: skip


@pytest.mark.parametrize("unit", ["T01", "T02", "T03"])
def test_units_at_work_may_contact_the_caller(unit: str) -> None:
    fields = may_see(TICKET, unit, Purpose.CONTACT, profile=PROFILE)
    assert set(fields) == {"name", "phone", "address", "enterprise"}


@pytest.mark.parametrize("unit", ["D1", "C1", "X9", ""])
def test_copied_supervising_and_unknown_units_may_not(unit: str) -> None:
    with pytest.raises(CallerHiddenError):
        may_see(TICKET, unit, Purpose.CONTACT, profile=PROFILE)


def test_the_hotline_sees_all_fields_even_of_a_closed_ticket() -> None:
    closed = replace(TICKET, state=TicketState.CLOSED.value)
    assert "id_number" in may_see(closed, "H1", Purpose.VERIFY, profile=PROFILE)
    assert "id_number" in may_see(REPORT, "H1", Purpose.CALL_BACK, profile=PROFILE)


def test_a_handling_unit_may_only_contact_and_only_until_the_ticket_is_closed() -> None:
    with pytest.raises(CallerHiddenError, match="purpose"):
        may_see(TICKET, "T01", Purpose.VERIFY, profile=PROFILE)
    closed = replace(TICKET, state=TicketState.CLOSED.value)
    with pytest.raises(CallerHiddenError, match="closed"):
        may_see(closed, "T01", Purpose.CONTACT, profile=PROFILE)
    open_profile = replace(PROFILE, shows_when_closed=True)
    assert may_see(closed, "T01", Purpose.CONTACT, profile=open_profile)


def test_a_reporter_is_hidden_from_the_handling_unit_by_default() -> None:
    with pytest.raises(CallerHiddenError, match="ask the hotline"):
        may_see(REPORT, "T02", Purpose.CONTACT, profile=PROFILE)
    shows = replace(PROFILE, shows_protected_to_handler=True)
    assert may_see(REPORT, "T02", Purpose.CONTACT, profile=shows)
    with pytest.raises(CallerHiddenError):
        may_see(REPORT, "T03", Purpose.CONTACT, profile=shows)  # co-organisers never


@pytest.mark.parametrize(
    ("reported", "unit", "also"),
    [
        ("柳林街道办", "T01", ()),
        ("T02", "T02", ()),
        ("H1", "H1", ()),
        (" 柳林 街道办", "T01", ()),
        ("柳林城管队", "T02", ("T02",)),
    ],
)
def test_a_reporter_is_never_shown_to_the_reported(
    reported: str, unit: str, also: tuple[str, ...]
) -> None:
    profile = replace(PROFILE, shows_protected_to_handler=True)
    report = replace(REPORT, reported=reported)
    with pytest.raises(CallerHiddenError, match="reported"):
        may_see(report, unit, Purpose.CONTACT, profile=profile, reported=also)


def test_what_is_not_asked_for_is_masked_on_the_screen() -> None:
    assert shown(RECORD, ["phone"]) == {
        "name": "张**",
        "phone": "13812345678",
        "account": "****",
        "id_number": "*" * 18,
        "email": "z***@b.cn",
        "address": "红岭里3号楼2单元***室",
        "enterprise": "红岭商行",
    }
    assert shown(RECORD)["phone"] == "138****5678"
    assert shown(CallerRecord(name="Jane Doe", phone="5551234")) == {
        "name": "J*** D***",
        "phone": "*******",
    }


def test_nothing_of_a_reporter_is_shown_that_was_not_granted() -> None:
    assert shown(RECORD, is_protected=True) == {}
    assert shown(RECORD, ["name"], is_protected=True) == {"name": "张建国"}


def test_every_purpose_has_a_name() -> None:
    assert set(PURPOSE_NAMES) == set(Purpose)
