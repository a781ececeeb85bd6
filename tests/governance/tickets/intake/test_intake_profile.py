"""The profile of intake: what comes with the package can be read, and mistakes are named."""

from pathlib import Path

import pytest

from governance.tickets.errors import TicketError
from governance.tickets.intake import profile as intake_profile
from governance.tickets.intake.profile import default_profile, read_profile

TEXT = Path(intake_profile.__file__).with_name("profile.toml").read_text(encoding="utf-8")


def test_the_profile_of_the_package_dispatches_only_what_is_sure() -> None:
    found = default_profile()
    assert found.version
    assert found.is_automatic
    assert 0.5 < found.least_confidence <= 1.0
    assert not found.is_provisional_dispatched
    assert not found.is_disputed_dispatched


@pytest.mark.parametrize(
    ("before", "after", "field"),
    [
        ("least_confidence = 0.7", "least_confidence = 1.7", "dispatch.least_confidence"),
        ("least_confidence = 0.7", "least_confidense = 0.7", "dispatch.least_confidence"),
        ("is_automatic = true", 'is_automatic = "yes"', "dispatch.is_automatic"),
        ("margin_m = 200.0", "margin_m = true", "conflict.margin_m"),
        ("[agreed]", "colour = 1\n[agreed]", "conflict.colour"),
        ("[coordinates]", "[[coordinates", "profile of intake"),
    ],
)
def test_a_mistake_in_a_profile_is_named(
    tmp_path: Path, before: str, after: str, field: str
) -> None:
    path = tmp_path / "intake.toml"
    assert before in TEXT
    path.write_text(TEXT.replace(before, after), encoding="utf-8")
    with pytest.raises(TicketError) as caught:
        read_profile(path)
    assert caught.value.field == field
