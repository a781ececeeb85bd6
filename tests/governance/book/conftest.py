"""A small rule book with at least one row of each table."""

from datetime import date, timedelta

import pytest

from governance.book.definition import (
    Agreement,
    Body,
    BookHead,
    Category,
    Estate,
    Level,
    Post,
    Rule,
    RuleBook,
)
from governance.book.terms import BodyKind, Caller, PostKind, Role, Step


@pytest.fixture
def small_book() -> RuleBook:
    """Seven bodies, two categories, two rules, one agreement, two posts, one estate."""
    return RuleBook(
        head=BookHead(
            label="2026年",
            valid_from=date(2026, 1, 1),
            authority="市政府",
            source='派单目录 "2026"',
            generated=True,
            layers={"district": "district", "township": "township"},
        ),
        levels=(
            Level(key="normal", name="一般", name_en="general", limit=timedelta(days=7)),
            Level(
                key="urgent",
                name="紧急",
                name_en="urgent",
                limit=timedelta(hours=2),
                clock="natural",
                pauses=("waiting", "现场"),
            ),
            Level(
                key="weekdays",
                name="工作日",
                name_en="working days",
                limit=timedelta(days=3),
                clock="working",
                ends_at="17:30",
            ),
        ),
        bodies=_bodies(),
        categories=(
            Category(
                code="0401001",
                level_1="城市管理",
                level_2="市政设施",
                level_3="井盖缺失破损",
                response_level="urgent",
                steps=frozenset({Step.ASSET, Step.FUNCTION}),
                function="water",
                tier="city",
                asset_classes=("manhole", "雨水口"),
                needs_asset=True,
                co_organisers=("@township", "W1"),
                copied=("@district",),
                supervising=("@city",),
                duty_item="七-12",
            ),
            Category(
                code="0402003",
                level_1="城市管理",
                level_2="市容环境",
                level_3="占道经营",
                response_level="normal",
                steps=frozenset({Step.OVERLAY, Step.TOWNSHIP}),
                valid_from=date(2026, 1, 1),
            ),
        ),
        rules=(
            Rule(
                code="R1",
                step=Step.LINEAR,
                layer="road",
                areas=("RD1", "RD2"),
                where=(("road_class", "trunk"), ("road_class", "快速路")),
                body="@attribute:owner",
                reach_m=30.5,
                side="left",
                valid_from=date(2026, 2, 1),
                valid_to=date(2027, 1, 1),
                legal_basis="养护移交书, 第3号",
                note='两行\n"引号", 逗号',
            ),
            Rule(
                code="R2",
                step=Step.OVERLAY,
                layer="special",
                categories=("0402", "0401001"),
                body="@district/parks",
                role=Role.CO_ORGANISER,
                precedence=5,
                caller=Caller.PERSONAL,
            ),
        ),
        agreements=(
            Agreement(
                code="A1",
                layer="township",
                area_a="990101001",
                area_b="990101002",
                line_layer="road",
                line="RD1",
                reach_m=25,
                owner="990101001",
                document="边界协议",
            ),
        ),
        posts=(
            Post(
                code="P1",
                kind=PostKind.GRID_WORKER,
                layer="grid",
                area="99010100100101",
                holder="王某",
                phone="13800000000",
                body="T1",
            ),
            Post(code="P2", kind=PostKind.STREET_CHIEF, layer="road", area="RD1"),
        ),
        estates=(
            Estate(
                code="E1",
                name="一号院",
                property="PM1",
                committee="业委会",
                is_unmanaged=True,
                instructor="李某",
                phone="010-12345678",
                entrances=((116.4, 39.9), (116.5, 40.0)),
                valid_from=date(2026, 3, 1),
            ),
        ),
    )


def _bodies() -> tuple[Body, ...]:
    return (
        Body(code="C", name="市政府", kind=BodyKind.CITY, phone="12345"),
        Body(code="D1", name="东湖区政府", kind=BodyKind.DISTRICT, parent="C", area="990101"),
        Body(
            code="DP",
            name="东湖区园林局",
            kind=BodyKind.DISTRICT_DEPARTMENT,
            parent="D1",
            area="990101",
            function="parks",
            email="parks@example.org",
        ),
        Body(code="G1", name="通信公司", kind=BodyKind.GREEN_CHANNEL),
        Body(code="PM1", name="安居物业", kind=BodyKind.PROPERTY_COMPANY),
        Body(
            code="T1",
            name="甲街道",
            kind=BodyKind.TOWNSHIP,
            parent="D1",
            area="990101001",
            valid_from=date(2020, 1, 1),
        ),
        Body(code="W1", name="自来水集团", kind=BodyKind.PUBLIC_SERVICE, function="water"),
    )
