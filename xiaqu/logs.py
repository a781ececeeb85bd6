"""What the server writes down of requests: never what they ask, which can be words of a person."""

import copy
import logging
from typing import Any

import uvicorn.config

__all__ = ["WithoutQuery", "server_logging"]

_PATH = 2  # of the arguments of uvicorn's access log: address, method, path, version, status


class WithoutQuery(logging.Filter):
    """Takes the query off the paths of an access log: ``/v1/geocode?text=…`` names a home."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Shorten the path of a record; keep every record."""
        given = record.args
        target = given[_PATH] if isinstance(given, tuple) and len(given) > _PATH else None
        if isinstance(given, tuple) and isinstance(target, str):
            path, mark, _query = target.partition("?")
            record.args = (*given[:_PATH], path + (mark and "?…"), *given[_PATH + 1 :])
        return True


def server_logging() -> dict[str, Any]:
    """Give the logging of the server, for :mod:`logging.config`, with queries left out."""
    config = copy.deepcopy(uvicorn.config.LOGGING_CONFIG)
    config["filters"] = {"without_query": {"()": f"{__name__}.{WithoutQuery.__name__}"}}
    config["handlers"]["access"]["filters"] = ["without_query"]
    return config
