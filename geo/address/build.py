"""Building a gazetteer from its tables."""

import json

import numpy as np
from numpy.typing import NDArray

from geo.address.automaton import build_automaton
from geo.address.bigrams import prepare_pairs
from geo.address.endings import learn_endings
from geo.address.entities import Entities, gather_entities
from geo.address.ground import prepare_ground
from geo.address.layout import FORMAT, layout_sum
from geo.address.names import gather_names, list_forms
from geo.address.normal import normalise
from geo.address.sounds import prepare_sounds, sound_keys
from geo.address.tables import GazetteerTables, Role
from geo.arrays import Progress
from geo.errors import GazetteerTableError

__all__ = ["GRAMMARS", "build_buffer"]

GRAMMARS = ("zh", "en")
_STAGES = ("entities", "names", "automaton", "sounds", "ground", "file")


def build_buffer(
    tables: GazetteerTables, edition: str, progress: Progress | None
) -> NDArray[np.uint8]:
    """Build the bytes of a gazetteer file.

    Parameters
    ----------
    tables
        What the gazetteer shall know.
    edition
        Name of this edition.
    progress
        Told of each stage.

    Returns
    -------
    buffer
        Bytes of the file. The same tables and edition give the same bytes.

    Raises
    ------
    GazetteerTableError
        A table cannot be used.
    """
    if tables.grammar not in GRAMMARS:
        problem = "one of " + ", ".join(GRAMMARS)
        raise GazetteerTableError("gazetteer", None, "grammar", tables.grammar, problem)

    def tell(stage: str) -> None:
        if progress is not None:
            progress(stage, _STAGES.index(stage), len(_STAGES))

    tell("entities")
    entities = gather_entities(tables)
    tell("names")
    names = gather_names(tables, entities)
    forms = list_forms(names)
    tell("automaton")
    automaton = build_automaton(forms.codes, forms.start)
    tell("sounds")
    sounds = prepare_sounds()
    ways = sound_keys(forms.codes, forms.start, sounds["readings"])
    pairs = prepare_pairs(forms.codes, forms.start, automaton.symbol_of, ways)
    tell("ground")
    ground = prepare_ground(tables, entities.ordinal_of)
    tell("file")
    arrays = {
        "meta": _meta(tables, entities, edition),
        **entities.arrays,
        **names.arrays,
        "form_codes": forms.codes,
        "form_start": forms.start,
        "form_name_start": forms.name_start,
        "form_names": forms.names,
        **vars(automaton),
        **sounds,
        **pairs,
        **ground,
    }
    numbers = (len(entities.names), len(names.normal), forms.start.size - 1, layout_sum())
    return FORMAT.pack(arrays, numbers)


def _meta(tables: GazetteerTables, entities: Entities, edition: str) -> NDArray[np.uint8]:
    ours = entities.arrays["is_ours"].tolist()
    roles = entities.arrays["role"].tolist()
    known = {
        normalise(name).strip(): Role(role)
        for name, role, is_ours in zip(entities.names, roles, ours, strict=True)
        if is_ours
    }
    endings = learn_endings(known)
    meta = {
        "edition": edition,
        "grammar": tables.grammar,
        "kinds": entities.kinds,
        "endings": [[ending, int(role), count] for ending, (role, count) in endings.items()],
    }
    return np.frombuffer(json.dumps(meta, ensure_ascii=False).encode(), np.uint8)
