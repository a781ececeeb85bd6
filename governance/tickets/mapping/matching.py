"""Find the fields of a mapping among the headings of a file, and check that both fit."""

from collections.abc import Sequence
from dataclasses import dataclass

from governance.tickets.channels.catalogue import ChannelCatalogue
from governance.tickets.errors import MappingError
from governance.tickets.mapping.definition import ColumnRule, TicketMapping, plain_heading

__all__ = [
    "FieldPlace",
    "check_receipt",
    "check_words",
    "missing_headings",
    "other_columns",
    "places_of",
]

_MOST_NAMED = 30
_WORDS = {
    "channel": ChannelCatalogue.channel,
    "request_type": ChannelCatalogue.request_type,
    "caller_kind": ChannelCatalogue.caller_kind,
}


@dataclass(frozen=True, slots=True)
class FieldPlace:
    """Where a field stands in a row: columns from 0, and how several are read."""

    columns: tuple[int, ...]
    is_joined: bool
    separator: str


def missing_headings(mapping: TicketMapping, headings: Sequence[str]) -> list[str]:
    """List the headings that a mapping needs and a file does not have."""
    present = {plain_heading(heading) for heading in headings}
    missing = []
    for rule in mapping.columns.values():
        lacking = [name for name in rule.headings if plain_heading(name) not in present]
        is_short = lacking if rule.is_joined else len(lacking) == len(rule.headings)
        if is_short and not rule.is_optional:
            missing += lacking
    return list(dict.fromkeys(missing))


def places_of(mapping: TicketMapping, headings: Sequence[str]) -> dict[str, FieldPlace]:
    """Find where the fields stand; fields whose columns a file may lack are left out.

    Raises
    ------
    MappingError
        A column that is needed is missing, or one that is used stands twice.
    """
    missing = missing_headings(mapping, headings)
    if missing:
        listed = ", ".join(heading for heading in headings[:_MOST_NAMED] if heading)
        problem = f"is not among the columns of the file: {listed}"
        raise MappingError(mapping.name, "columns", missing[0], problem)
    positions: dict[str, list[int]] = {}
    for position, heading in enumerate(headings):
        positions.setdefault(plain_heading(heading), []).append(position)
    places = {}
    for field, rule in mapping.columns.items():
        columns = tuple(_position(mapping, field, rule, positions))
        if columns:
            places[field] = FieldPlace(columns, rule.is_joined, rule.separator)
    return places


def _position(
    mapping: TicketMapping, field: str, rule: ColumnRule, positions: dict[str, list[int]]
) -> list[int]:
    found = []
    for heading in rule.headings:
        here = positions.get(plain_heading(heading), [])
        if len(here) > 1:
            problem = f"stands {len(here)} times in the file; rename all but one"
            raise MappingError(mapping.name, f"columns.{field}", heading, problem)
        found += here
    return found


def check_receipt(
    mapping: TicketMapping, places: dict[str, FieldPlace], headings: Sequence[str]
) -> None:
    """Make sure that the time of receipt is known; MappingError otherwise."""
    is_known = "received_at" in places or "received_at" in mapping.constants
    if not is_known and mapping.received_at is None:
        listed = ", ".join(heading for heading in headings[:_MOST_NAMED] if heading)
        problem = (
            "no column says when requests came in, and deadlines run from then; name it, or give "
            f"--received now or a time for all rows; columns of the file: {listed}"
        )
        raise MappingError(mapping.name, "columns.received_at", "", problem)


def check_words(mapping: TicketMapping, catalogue: ChannelCatalogue) -> None:
    """Make sure that the catalogue knows the words of a mapping; MappingError otherwise."""
    for field, find in _WORDS.items():
        meant = dict(mapping.values.get(field, {}))
        constant = mapping.constants.get(field)
        if constant is not None:
            meant[""] = constant
        for given, word in meant.items():
            if word and not find(catalogue, word):
                key = f"values.{field}.{given}" if given else f"constants.{field}"
                problem = "is not in the catalogue; see: xiaqu tickets channels"
                raise MappingError(mapping.name, key, word, problem)


def other_columns(
    headings: Sequence[str], used: set[int], mapping: TicketMapping
) -> tuple[tuple[int, str], ...]:
    """List the columns that are kept as they are: position, and a heading that is unique."""
    names: dict[str, int] = {}
    found = []
    for column, heading in enumerate(headings):
        if column in used or plain_heading(heading) in mapping.ignored:
            continue
        name = heading.strip() or f"column {column + 1}"
        names[name] = names.get(name, 0) + 1
        found.append((column, name if names[name] == 1 else f"{name} ({names[name]})"))
    return tuple(found)
