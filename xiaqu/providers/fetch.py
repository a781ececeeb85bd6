"""One GET of a JSON document from a provider: no proxy, no redirect, bounded in time and size."""

import json
from http.client import HTTPException, HTTPResponse
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, OpenerDirector, ProxyHandler, Request, build_opener

from xiaqu.errors import ProviderError, ProviderUnavailableError

_MOST_BYTES = 1 << 20
_SCHEMES = ("https://", "http://")


class _NoRedirect(HTTPRedirectHandler):
    """Refuse to be sent elsewhere: the key would go along."""

    def redirect_request(self, *_args: object, **_named: object) -> None:
        """Answer that there is no request to follow."""


def _opener() -> OpenerDirector:
    # The request goes to the address that the setting names and to no proxy of the environment.
    return build_opener(ProxyHandler({}), _NoRedirect())


def fetch_json(
    provider: str, url: str, parameters: dict[str, str], timeout_s: float
) -> tuple[int, dict[str, Any]]:
    """Ask a provider.

    Parameters
    ----------
    provider
        Its key, for messages.
    url
        Address without query; http or https.
    parameters
        The query, which holds the key and therefore never stands in a message.
    timeout_s
        Seconds to wait for each step.

    Returns
    -------
    status, document
        The HTTP status, and the JSON object that came with it.

    Raises
    ------
    ProviderUnavailableError
        No connection, or no answer in time.
    ProviderError
        The answer is not a JSON object, or too long.
    """
    if not url.startswith(_SCHEMES):
        raise ProviderError(provider, f"address {url!r} is neither http:// nor https://")
    request = Request(  # noqa: S310 - the scheme is checked above
        f"{url}?{urlencode(parameters)}", headers={"Accept": "application/json"}
    )
    try:
        with _opener().open(request, timeout=timeout_s) as response:
            return _read(provider, response, int(response.status))
    except HTTPError as error:
        with error:
            return _read(provider, error, int(error.code))
    except (URLError, TimeoutError, OSError, HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        waited = isinstance(reason, TimeoutError)
        problem = f"no answer within {timeout_s:g} s" if waited else f"no connection: {reason}"
        raise ProviderUnavailableError(provider, problem) from None


def _read(
    provider: str, response: IO[bytes] | HTTPResponse, status: int
) -> tuple[int, dict[str, Any]]:
    body = response.read(_MOST_BYTES + 1)
    if len(body) > _MOST_BYTES:
        raise ProviderError(provider, f"answered more than {_MOST_BYTES} bytes")
    try:
        document = json.loads(body)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise ProviderError(provider, f"answered HTTP {status} without a JSON object")
    return status, document
