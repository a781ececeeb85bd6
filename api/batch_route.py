"""What every batch route says of itself: the four types that it takes and gives."""

from dataclasses import dataclass
from typing import Any

from api.parameters import PROBLEM_RESPONSES
from api.representation import ARROW, CSV, JSON, NDJSON

_LINES = {"schema": {"type": "string"}}
_BYTES = {"schema": {"type": "string", "format": "binary"}}


@dataclass(frozen=True)
class BatchExamples:
    """Examples of a batch route.

    Attributes
    ----------
    answer
        Rows of a JSON answer.
    request
        Content of a JSON body.
    csv
        A CSV body, heading included, with CRLF at the end of each line.
    """

    answer: Any
    request: Any
    csv: str


def batch_operation(examples: BatchExamples) -> dict[str, Any]:
    """Describe body and answers of a batch route.

    Returns
    -------
    dict
        Keywords of ``FastAPI.post``. The route itself returns a ready response, so no model is
        made of it; problems are described as for all other routes, and 413 besides.
    """
    return {
        "response_model": None,
        "responses": {
            200: {
                "description": "与输入同序 / In the order of the input",
                "content": {
                    JSON: {"example": examples.answer},
                    NDJSON: _LINES,
                    CSV: _LINES,
                    ARROW: _BYTES,
                },
            },
            **PROBLEM_RESPONSES,
            413: {"description": "请求体过大或行数过多 / Too large", **PROBLEM_RESPONSES[422]},
        },
        "openapi_extra": {
            "requestBody": {
                "required": True,
                "content": {
                    JSON: {"schema": {}, "example": examples.request},
                    NDJSON: _LINES,
                    CSV: {**_LINES, "example": examples.csv},
                    ARROW: _BYTES,
                },
            }
        },
    }
