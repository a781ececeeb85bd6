"""The rules as one PostGIS query, in two forms and on whole shapes or pieces."""

from dataclasses import dataclass
from pathlib import Path
from string import Template

SQL = Path(__file__).parent / "sql"
MAX_VERTICES = 64

_BODY = """CASE f.word
        WHEN 'fixed' THEN f.body
        WHEN 'township' THEN s.township_body
        WHEN 'district' THEN s.district_body
        WHEN 'community' THEN s.community_body
        WHEN 'function' THEN s.function_body
        WHEN 'district_function' THEN (
            SELECT d.body FROM department d WHERE d.function = f.name AND d.district = s.district
        )
    END"""
"""Ordinal of the body that a candidate ``f`` names at a site ``s``."""

_HAS_STEP = (
    "EXISTS (SELECT FROM category_step cs WHERE cs.category = s.category AND cs.step = {step})"
)

_ASSETS = """category_class cc
    JOIN asset a ON cc.category = s.category AND a.class = cc.class AND a.box && s.plane
    JOIN rule_feature f ON f.feature = a.id AND ST_DWithin(a.plane, s.plane, f.reach_m)"""
_LINES = """line l
    JOIN rule_feature f ON l.box && s.plane AND f.feature = l.id
        AND ST_DWithin(l.plane, s.plane, f.reach_m)"""
_OVERLAYS = """overlay o
    JOIN rule_feature f ON ST_Covers(o.geometry, s.geometry) AND f.feature = o.id"""
_FUNCTIONS = """(SELECT rf.* FROM rule_function rf
        WHERE rf.areas = '{}'
        OR (SELECT d.code FROM feature d WHERE d.id = s.district) = ANY (rf.areas)
    ) f"""
_AREAS = """(SELECT * FROM rule_feature rf WHERE rf.feature = s.{area}) f"""


@dataclass(frozen=True)
class Form:
    """One way to write the query.

    Parameters
    ----------
    name
        In reports.
    text
        Gives ``id``, ``step``, ``rule`` and ``body`` of each row of table ``place`` that somebody
        answers for.
    is_cut
        Whether partitions and overlays are cut up by ``ST_Subdivide``.
    """

    name: str
    text: str
    is_cut: bool


def compile_script(*, is_cut: bool) -> str:
    """Write the statements that prepare the book and the shapes; see ``sql/compile.sql``."""
    geometry = f"ST_Subdivide(geometry, {MAX_VERTICES})" if is_cut else "geometry"
    return _read("compile.sql", geometry=geometry)


def forms() -> tuple[Form, ...]:
    """Give every form, those on whole shapes first."""
    texts = {"set": _set_query(), "stepwise lateral": _stepwise_query()}
    return tuple(
        Form(f"{name}, {'pieces' if is_cut else 'whole shapes'}", text, is_cut)
        for is_cut in (False, True)
        for name, text in texts.items()
    )


def _set_query() -> str:
    return _read("set.sql", site=_site(), body=_BODY)


def _stepwise_query() -> str:
    areas = enumerate(("grid", "community", "township", "district"), start=5)
    places = [
        (1, _ASSETS, "ST_Distance(a.plane, s.plane)", "a.id"),
        (2, _LINES, "ST_Distance(l.plane, s.plane)", "l.id"),
        (3, _OVERLAYS, "o.precedence", "o.id"),
        (4, _FUNCTIONS, "0::int", "s.district"),
        *((step, _AREAS.format(area=area), "0::int", f"s.{area}") for step, area in areas),
    ]
    steps = [
        _read(
            "step_able.sql",
            step=str(step),
            source=source,
            second=second,
            feature=feature,
            body=_BODY,
            when=_HAS_STEP.format(step=step),
        )
        for step, source, second, feature in places
    ]
    return _read("stepwise.sql", site=_site(), steps="    UNION ALL\n".join(steps))


def _site() -> str:
    return _read("site.sql").rstrip()


def _read(file: str, **values: str) -> str:
    return Template((SQL / file).read_text(encoding="utf-8")).substitute(values)
