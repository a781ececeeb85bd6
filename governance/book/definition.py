"""What a rule book holds, as immutable rows; one class for each of its files.

Wherever a *body* is named, a **body reference** stands: the code of a body, or a word that is
looked up for the place asked:

``@area``
    The body that governs the area which the rule matched (its district, township or community).
``@district``, ``@township``, ``@community``
    The body that governs the area of that layer which holds the place.
``@city``
    The body of kind ``city``.
``@function``
    The department that has the function of the category, at the tier of the category.
``@district/F``, ``@city/F``
    The department of function ``F`` of the district that holds the place, or of the city.
``@attribute:NAME``
    The code of a body in attribute ``NAME`` of the feature (asset, line, overlay, grid) matched.
``@estate``
    The property company of the estate matched, from the register of estates.

A reference that finds no body does not answer; the candidate is listed as left, with the reason.

All validities are half-open: ``valid_from <= date < valid_to``; ``valid_to`` None is open.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

from governance.book.terms import BodyKind, Caller, Mode, PostKind, Role, Step

__all__ = [
    "Agreement",
    "Body",
    "BookHead",
    "Category",
    "Estate",
    "Level",
    "Post",
    "Rule",
    "RuleBook",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class BookHead:
    """Provenance of a rule book; ``book.toml``.

    ``layers`` maps ``district``, ``township``, ``community`` and ``grid`` to the keys of the
    boundary layers that hold them. ``generated`` marks demonstration data.
    """

    label: str
    valid_from: date
    valid_to: date | None = None
    authority: str = ""
    source: str = ""
    legal_basis: str = ""
    generated: bool = False
    layers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A body 责任主体; ``bodies.csv``.

    ``parent`` is the body that supervises it. ``area`` is the code of the area that it governs,
    for bodies of kind district, township and community, and the district of a district
    department. ``function`` is the key of what a department answers for. ``phone`` is the work
    phone. A body without phone and email is a finding.
    """

    code: str
    name: str
    kind: BodyKind
    parent: str = ""
    area: str = ""
    function: str = ""
    phone: str = ""
    email: str = ""
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A response level; ``levels.toml``.

    ``limit`` counts on the clock ``natural`` or ``working`` (working days of ``limit.days``).
    ``pauses`` names the states in which the clock stands still. ``ends_at`` is the time of day,
    ``HH:MM`` in China, at which the last working day ends: ``24:00``, or where an office has hours
    its closing time; the clock ``natural`` does not read it.
    """

    key: str
    name: str
    name_en: str
    limit: timedelta
    clock: str = "natural"
    pauses: tuple[str, ...] = ()
    ends_at: str = "24:00"


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """An entry of the dispatch catalogue 派单目录, third level; ``catalogue.csv``.

    ``code`` has the form ``AABBCCC``: two digits of level 1, two of level 2, three of level 3.
    ``steps`` are those that may answer, in any order; ``FUNCTION`` where a department answers by
    category. ``tier`` is ``district`` or ``city``: whose department has ``function``.
    ``asset_classes`` says which assets count in the step ``ASSET``; ``needs_asset`` raises the
    flag ``asset_missing`` where none is in reach. ``co_organisers``, ``copied`` and
    ``supervising`` are body references. ``duty_item`` is the number in the duty list
    (履职事项清单).
    """

    code: str
    level_1: str
    level_2: str
    level_3: str
    response_level: str
    steps: frozenset[Step]
    function: str = ""
    tier: str = "district"
    asset_classes: tuple[str, ...] = ()
    needs_asset: bool = False
    co_organisers: tuple[str, ...] = ()
    copied: tuple[str, ...] = ("@district",)
    supervising: tuple[str, ...] = ()
    duty_item: str = ""
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def path(self) -> str:
        """The three levels joined by ``->``, as in ticket exports."""
        return f"{self.level_1}->{self.level_2}->{self.level_3}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule 权责规则; ``rules.csv``.

    Attributes
    ----------
    code
        Unique in the book.
    step
        The step at which it stands; never ``RULING``, which has its own records.
    layer
        Key of the boundary layer whose features it selects; empty only for ``FUNCTION`` rules
        that hold in the whole city.
    areas
        Codes of the features; all when empty.
    where
        Pairs of attribute and value that a feature must have; values of one attribute are
        alternatives.
    categories
        Codes of categories or their beginnings (``04`` or ``0402``), or ``*`` for all.
    body
        Body reference.
    role
        ``PRIMARY`` answers; the other roles add a body to the answer whenever the rule matches,
        whichever rule answers.
    precedence
        Smaller goes first within a step; equal ones are shared or disputed.
    mode
        Whether equal candidates share the duty; all of them must say so.
    reach_m
        How far from an asset or a line the rule reaches; None takes the attribute ``width_m`` of
        a line, half of it to each side, and the default reach of assets.
    side
        ``left`` or ``right`` of a line in its direction; empty for both.
    caller
        Kind of caller for which it holds.
    legal_basis
        Document that it rests on.
    """

    code: str
    step: Step
    layer: str = ""
    areas: tuple[str, ...] = ()
    where: tuple[tuple[str, str], ...] = ()
    categories: tuple[str, ...] = ("*",)
    body: str
    role: Role = Role.PRIMARY
    precedence: int = 100
    mode: Mode = Mode.EXCLUSIVE
    reach_m: float | None = None
    side: str = ""
    caller: Caller = Caller.ANY
    valid_from: date | None = None
    valid_to: date | None = None
    legal_basis: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """An agreement about a border (边界协议); ``agreements.csv``.

    Along a line (``line_layer``, ``line``) within ``reach_m``, places of area ``area_a`` or
    ``area_b`` of ``layer`` belong to ``owner`` for duty, or, with ``owner`` empty, to ``area_a``
    left and ``area_b`` right of the line. It settles what is provisional on a border.
    """

    code: str
    layer: str
    area_a: str
    area_b: str
    line_layer: str
    line: str
    reach_m: float
    owner: str = ""
    categories: tuple[str, ...] = ("*",)
    document: str = ""
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A post 岗位 with its holder; ``posts.csv``. An empty ``holder`` is a post to be filled.

    ``layer`` and ``area`` name the place: an area of any layer, or a road.
    """

    code: str
    kind: PostKind
    layer: str
    area: str
    holder: str = ""
    phone: str = ""
    body: str = ""
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Estate:
    """What is known of an estate 小区 beside its shape; ``estates.csv``.

    ``code`` is that of the area in the layer of estates. ``property`` is the code of its
    property company, empty where there is none. ``committee`` is ``物管会``, ``业委会``,
    ``自管会`` or empty.
    ``is_unmanaged`` marks a 三无小区. ``entrances`` are lon, lat pairs, CGCS2000 degrees.
    """

    code: str
    name: str = ""
    property: str = ""
    committee: str = ""
    is_unmanaged: bool = False
    instructor: str = ""
    phone: str = ""
    entrances: tuple[tuple[float, float], ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBook:
    """A whole rule book, as read from files or from the store; immutable.

    Each tuple is sorted by code, which is unique in it.
    """

    head: BookHead
    levels: tuple[Level, ...]
    bodies: tuple[Body, ...]
    categories: tuple[Category, ...]
    rules: tuple[Rule, ...]
    agreements: tuple[Agreement, ...] = ()
    posts: tuple[Post, ...] = ()
    estates: tuple[Estate, ...] = ()
