"""What of a demo city is loaded, kept beside its files."""

import json
from pathlib import Path
from typing import Any

__all__ = ["read_record", "write_record"]

_RECORD = "loaded.json"


def read_record(folder: Path) -> dict[str, Any] | None:
    """Read the record; None where there is none that can be used."""
    try:
        record = json.loads((folder / _RECORD).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None  # never written, or interrupted while it was: generate again
    parts = {"identity", "layers", "editions", "sources"}
    return record if isinstance(record, dict) and parts <= set(record) else None


def write_record(folder: Path, record: dict[str, Any]) -> None:
    """Write the record in one step."""
    unfinished = folder / f"{_RECORD}.part"
    unfinished.write_text(json.dumps(record, indent=2), encoding="utf-8")
    unfinished.replace(folder / _RECORD)
