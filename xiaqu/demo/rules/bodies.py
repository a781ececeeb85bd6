"""The bodies of the demo city: governments, departments, firms, committees, resident units."""

from collections.abc import Iterator

from governance.book.definition import Body
from governance.book.terms import BodyKind
from xiaqu.demo.codes import CITY_CODE
from xiaqu.demo.layers import DemoCity
from xiaqu.demo.organisations import (
    committee,
    community_body,
    department,
    government,
    property_codes,
)
from xiaqu.demo.rules.packaged import read_rows
from xiaqu.demo.rules.phones import PhoneBook

__all__ = ["build_bodies"]

_CITY = government(CITY_CODE)
_BY_PREFIX = (
    # beginning of the code, kind, function of the municipal department that supervises it
    ("E-HEATING", BodyKind.PUBLIC_SERVICE, "city_management"),
    ("E-WATER", BodyKind.PUBLIC_SERVICE, "water"),
    ("E-GAS", BodyKind.PUBLIC_SERVICE, "city_management"),
    ("E-POWER", BodyKind.PUBLIC_SERVICE, "city_management"),
    ("E-TELECOM", BodyKind.PUBLIC_SERVICE, "economy"),
    ("V", BodyKind.DEVELOPER, "housing"),
    ("U-FOREST", BodyKind.RESIDENT_UNIT, "landscape"),
    ("U-SITE", BodyKind.RESIDENT_UNIT, ""),
)
_SPECIAL = {
    # category: (ending of the name of the body, kind, department that supervises it)
    "开发区": ("管理委员会", BodyKind.MANAGEMENT_COMMITTEE, "development"),
    "风景名胜区": ("管理委员会", BodyKind.MANAGEMENT_COMMITTEE, "culture"),
    "火车站": ("地区管理委员会", BodyKind.MANAGEMENT_COMMITTEE, "transport"),
    "高校": ("", BodyKind.RESIDENT_UNIT, "education"),
}


def build_bodies(city: DemoCity) -> tuple[Body, ...]:
    """List every body that the layers, the catalogue and the rules of a city name, by code."""
    phones = PhoneBook()
    made = [
        Body(code=_CITY, name=f"{city.name}人民政府", kind=BodyKind.CITY, phone=phones.next()),
        *_governments(city, phones),
        *_departments(city, phones),
        *_enterprises(phones),
        *_organisations(city, phones),
        *_committees(city, phones),
        *_property_companies(city, phones),
    ]
    return tuple(sorted(made, key=lambda body: body.code))


def _governments(city: DemoCity, phones: PhoneBook) -> Iterator[Body]:
    for code, name in _pairs(city, "district"):
        yield Body(
            code=government(code), name=f"{name}人民政府", kind=BodyKind.DISTRICT,
            parent=_CITY, area=code, phone=phones.next(),
        )  # fmt: skip
    for code, name in _pairs(city, "township"):
        ending = "办事处" if name.endswith("街道") else "人民政府"
        yield Body(
            code=government(code), name=name + ending, kind=BodyKind.TOWNSHIP,
            parent=government(code[:6]), area=code, phone=phones.next(),
        )  # fmt: skip
    for code, name in _pairs(city, "community"):
        ending = "村民委员会" if name.endswith("村") else "居民委员会"
        yield Body(
            code=community_body(code), name=name.removesuffix("村") + ending,
            kind=BodyKind.COMMUNITY, parent=government(code[:9]), area=code, phone=phones.next(),
        )  # fmt: skip


def _departments(city: DemoCity, phones: PhoneBook) -> Iterator[Body]:
    for row in read_rows("departments.csv"):
        function = row["function"]
        yield Body(
            code=department(function), name=city.name + row["city_name"],
            kind=BodyKind.MUNICIPAL_DEPARTMENT, parent=_CITY, function=function,
            phone=phones.next(),
        )  # fmt: skip
        if not row["district_name"]:
            continue
        for code, name in _pairs(city, "district"):
            yield Body(
                code=department(function, code), name=name + row["district_name"],
                kind=BodyKind.DISTRICT_DEPARTMENT, parent=government(code), area=code,
                function=function, phone=phones.next(),
            )  # fmt: skip


def _enterprises(phones: PhoneBook) -> Iterator[Body]:
    for row in read_rows("enterprises.csv"):
        yield Body(
            code=row["code"], name=row["name"], kind=BodyKind(row["kind"]),
            parent=department(row["parent"]), phone=phones.next(),
        )  # fmt: skip


def _organisations(city: DemoCity, phones: PhoneBook) -> Iterator[Body]:
    for code, name in city.organisations.items():
        _, kind, function = next(row for row in _BY_PREFIX if code.startswith(row[0]))
        parent = department(function) if function else ""
        yield Body(code=code, name=name, kind=kind, parent=parent, phone=phones.next())


def _committees(city: DemoCity, phones: PhoneBook) -> Iterator[Body]:
    frame = city.layers["special"].frame
    rows = zip(frame["code"], frame["name"], frame["category"], strict=True)
    for code, name, category in rows:
        if category in _SPECIAL:
            ending, kind, function = _SPECIAL[category]
            yield Body(
                code=committee(code), name=name + ending, kind=kind,
                parent=department(function), phone=phones.next(),
            )  # fmt: skip


def _property_companies(city: DemoCity, phones: PhoneBook) -> Iterator[Body]:
    for name, code in property_codes(city.layers["estate"].frame).items():
        yield Body(
            code=code, name=name, kind=BodyKind.PROPERTY_COMPANY,
            parent=department("housing"), phone=phones.next(),
        )  # fmt: skip


def _pairs(city: DemoCity, layer: str) -> list[tuple[str, str]]:
    frame = city.layers[layer].frame
    return list(zip(frame["code"].tolist(), frame["name"].tolist(), strict=True))
