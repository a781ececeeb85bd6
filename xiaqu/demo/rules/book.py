"""Put the rule book of a demo city together, and write it as files."""

from datetime import date, timedelta
from pathlib import Path

from governance.book.definition import BookHead, Estate, Level, Rule, RuleBook
from governance.book.terms import Step
from governance.book.writing import write_book
from xiaqu.demo.layers import DemoCity
from xiaqu.demo.rules.bodies import build_bodies
from xiaqu.demo.rules.borders import build_agreements
from xiaqu.demo.rules.estates import build_register
from xiaqu.demo.rules.packaged import read_catalogue, read_rules
from xiaqu.demo.rules.posts import build_posts

__all__ = ["build_rules", "write_rules"]

_VALID_FROM = date(2025, 1, 1)
_BY_PROPERTY_COMPANY = "O-070"
"""Rule that gives the common parts of an estate to its property company."""
_LEVELS = (
    Level(key="urgent", name="突发应急", name_en="Urgent", limit=timedelta(hours=2)),
    Level(key="livelihood", name="民生保障", name_en="Livelihood", limit=timedelta(hours=24)),
    Level(
        key="general",
        name="一般诉求",
        name_en="General",
        limit=timedelta(days=7),
        pauses=("awaiting_caller",),
    ),
    Level(
        key="complex",
        name="复杂疑难",
        name_en="Complex",
        limit=timedelta(days=15),
        clock="working",
        pauses=("awaiting_caller", "on_account"),
    ),
)


def build_rules(city: DemoCity) -> RuleBook:
    """Build the rule book of a demo city.

    Parameters
    ----------
    city
        A generated city; the book names its areas, roads and owners.

    Returns
    -------
    RuleBook
        All rows sorted by code; the same city gives the same book.
    """
    estates = build_register(city)
    rules = [*read_rules(), _rule_of_unmanaged(estates)]
    return RuleBook(
        head=BookHead(
            label=f"{city.name}权责手册 2026（示范）",
            valid_from=_VALID_FROM,
            authority="示范数据 generated",
            source="xiaqu.demo.rules: fictitious rule book of a generated city",
            legal_basis="示范接诉即办工作办法",
            generated=True,
            layers={key: key for key in ("district", "township", "community", "grid")},
        ),
        levels=tuple(sorted(_LEVELS, key=lambda level: level.key)),
        bodies=build_bodies(city),
        categories=tuple(sorted(read_catalogue(), key=lambda category: category.code)),
        rules=tuple(sorted(rules, key=lambda rule: rule.code)),
        agreements=build_agreements(city),
        posts=build_posts(city),
        estates=tuple(sorted(estates, key=lambda estate: estate.code)),
    )


def write_rules(city: DemoCity, folder: Path) -> None:
    """Write the rule book of a demo city as files that a city could start from.

    Parameters
    ----------
    city
        A generated city.
    folder
        Made when needed; files of a rule book in it are replaced.
    """
    write_book(build_rules(city), folder)


def _rule_of_unmanaged(estates: tuple[Estate, ...]) -> Rule:
    """Give the common parts of estates without a property company to the township."""
    by_company = next(rule for rule in read_rules() if rule.code == _BY_PROPERTY_COMPANY)
    return Rule(
        code="O-071",
        step=Step.OVERLAY,
        layer="estate",
        areas=tuple(sorted(estate.code for estate in estates if not estate.property)),
        categories=by_company.categories,
        body="@township",
        precedence=by_company.precedence - 10,
        legal_basis="示范无物业小区托底办法",
        note="无物业服务企业的小区由属地街乡镇托底",
    )
