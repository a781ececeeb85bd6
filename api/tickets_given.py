"""Reading the bodies of ticket routes; what is wrong is said without repeating what was given.

Bodies hold names, phones and numbers of people. A problem document names the field and what would
be right, never the value: answers and logs stay free of them.
"""

from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError

from api.body_limit import read_limited
from api.errors import BodyFormatError, MediaTypeError
from api.representation import JSON, media_type_of
from api.schemas_tickets import TicketGiven
from geo.address.answers import AddressHints
from governance.tickets.given import CallerGiven, NewTicket

__all__ = ["KEY_HEADER", "MOST_BYTES", "body_as", "new_ticket", "schema_of", "value_as"]

MOST_BYTES = 1024 * 1024
KEY_HEADER = "idempotency-key"
_LONGEST_KEY = 200
_NO_HINTS = AddressHints()

Body = TypeVar("Body", bound=BaseModel)


async def body_as(request: Request, model: type[Body], limit_bytes: int = MOST_BYTES) -> Body:
    """Read a JSON body as a model.

    Raises
    ------
    MediaTypeError
        The Content-Type is not JSON.
    BodyTooLargeError
        The body is longer than the limit.
    BodyFormatError
        It is no JSON, or a member is wrong; names the first and counts the rest.
    """
    content_type = request.headers.get("content-type", "")
    if media_type_of(content_type) != JSON:
        raise MediaTypeError(content_type, [JSON])
    content = await read_limited(request, limit_bytes)
    try:
        return model.model_validate_json(content)
    except ValidationError as error:
        raise _without_values(error) from None


def value_as(value: object, model: type[Body]) -> Body:
    """Read a JSON value as a model; BodyFormatError as of :func:`body_as`."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise _without_values(error) from None


def _without_values(error: ValidationError) -> BodyFormatError:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    field = ".".join(str(part) for part in found[0]["loc"])
    more = f"; {len(found) - 1} more" if len(found) > 1 else ""
    message = found[0]["msg"]
    if found[0]["type"] == "json_invalid":
        # The parser names the place, never the content.
        return BodyFormatError(f"the body is not JSON: {message}")
    return BodyFormatError(f"{field or 'body'}: {message}{more}", field=field or None)


def schema_of(model: type[BaseModel]) -> dict[str, Any]:
    """Give the JSON schema of a body in one piece, for a route that reads the body itself.

    Parameters
    ----------
    model
        Not recursive.
    """
    schema = model.model_json_schema()
    definitions = schema.pop("$defs", {})

    def whole(part: Any) -> Any:  # noqa: ANN401 - any JSON value
        if isinstance(part, list):
            return [whole(one) for one in part]
        if not isinstance(part, dict):
            return part
        if "$ref" in part:
            named = definitions[part["$ref"].rpartition("/")[2]]
            return whole({**named, **{key: one for key, one in part.items() if key != "$ref"}})
        # The mapping of a discriminator names definitions, which are not there any more.
        return {key: whole(one) for key, one in part.items() if key != "discriminator"}

    found: dict[str, Any] = whole(schema)
    return found


def new_ticket(given: TicketGiven, key: str = "") -> NewTicket:
    """Make the ticket of a body.

    Parameters
    ----------
    given
        The body.
    key
        Idempotency key of the request: the number of the ticket where the body has none.

    Raises
    ------
    BodyFormatError
        The key is too long.
    """
    if len(key) > _LONGEST_KEY:
        raise BodyFormatError(
            f"Idempotency-Key has {len(key)} signs; {_LONGEST_KEY} are enough",
            field="Idempotency-Key",
        )
    return NewTicket(
        source=given.source,
        external_id=given.external_id or key,
        channel=given.channel,
        request_type=given.request_type,
        caller_kind=given.caller_kind,
        category=given.category,
        title=given.title,
        text=given.text,
        address=given.address,
        hints=_NO_HINTS if given.hints is None else AddressHints(**_members(given.hints)),
        lon=given.lon,
        lat=given.lat,
        datum=given.datum,
        accuracy_m=given.accuracy_m,
        received_at=given.received_at,
        caller=None if given.caller is None else CallerGiven(**_members(given.caller)),
        reported=given.reported,
        tags=tuple(given.tags),
        extra=given.extra,
    )


def _members(model: BaseModel) -> dict[str, Any]:
    return dict(model)
