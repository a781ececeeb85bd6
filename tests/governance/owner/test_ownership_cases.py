"""A table of places with the body that must answer, and the words that say why.

The city is that of ``conftest.py``. Numbers in brackets are reports of users of FixMyStreet and
311-data about the same kind of place.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from governance.book.terms import Caller, Role, Step
from governance.owner.answer import Considered, OwnerAnswer, OwnerQuestion
from governance.owner.explain import explain

NOW = date(2026, 11, 23)
ROAD_HOLE, ROAD_DIRT, RIVER, TREE, PARK = "0101001", "0102001", "0201001", "0301001", "0302001"
HOUSING, MANHOLE, MANHOLE_NOISE, LAMP = "0401001", "0501001", "0501002", "0502001"
PENSION, MARKET, FIRM, RUBBISH, BUILDING = "0601001", "0602001", "0701001", "0801001", "0802001"
PATROL, NEIGHBOURS, NOISE, SPECIAL = "0901001", "0902001", "1001001", "1101001"

TAKEN = "规则适用，由其主办"
NOT_ITS = "该事项不归其管理"
BARRED = "派单目录规定该事项不由此环节办理"
ON_BORDER = "恰在边界上，权属待定"
INSTEAD = "街道/乡镇边界上权属待定，由属地区政府兜底"
RULED = "按现场责任划分现场会议纪要({})归属"
IF_RULED = "有现场责任划分或边界协议后即可确定"
CO, COPIED, SUPERVISING = Role.CO_ORGANISER, Role.COPIED, Role.SUPERVISING


def later(step: str) -> str:
    return f"前序环节“{step}”已确定主体"


def nobody_recorded(reference: str) -> str:
    return f"规则指向“{reference}”，但没有登记对应的主体"


@dataclass(frozen=True, kw_only=True)
class Case:
    """A place in units of the city, what is asked, and what must come out.

    ``rule`` beginning with ``ruling:`` names one of the rulings. ``left`` maps the rule, or rule
    and body joined by a colon, of candidates that were left to the sentence that says why;
    ``others`` holds all other bodies; ``wishes`` sentences that must be among those that say what
    would change the answer. None leaves a thing open.
    """

    name: str
    place: tuple[float, float]
    category: str
    status: str = "decided"
    body: str
    step: Step | None
    rule: str
    flags: tuple[str, ...] = ()
    said: str = TAKEN
    left: dict[str, str] = field(default_factory=dict)
    others: dict[str, Role] | None = None
    wishes: tuple[str, ...] = ()
    confidence: float | None = None
    at: date = NOW
    caller: Caller = Caller.PERSONAL


CASES = [
    # lines
    Case(
        name="the company of an expressway answers for its roadway in a township",
        place=(5.5, 36.05), category=ROAD_HOLE,
        body="HIGHWAY", step=Step.LINEAR, rule="LINE-EXPRESSWAY",
        left={"TOWNSHIP": later("线性设施权属"), "DISTRICT": later("线性设施权属")},
        others={"D1": COPIED},
    ),
    Case(
        name="rubbish on an expressway is for the township: not the company, but the town",
        place=(5.5, 36.05), category=RUBBISH,
        body="T3", step=Step.TOWNSHIP, rule="TOWNSHIP",
        left={"LINE-EXPRESSWAY": NOT_ITS}, wishes=("其他事项可能归京北高速公司(京北高速)",),
    ),
    Case(
        name="the catalogue bars the owner of a road from what is swept by the township",
        place=(5.5, 36.05), category=ROAD_DIRT,
        body="T3", step=Step.TOWNSHIP, rule="TOWNSHIP", left={"LINE-EXPRESSWAY": BARRED},
    ),
    Case(
        name="a ring road belongs to the city's road authority in every township (#16)",
        place=(12, 15.05), category=ROAD_HOLE,
        body="ROAD", step=Step.LINEAR, rule="LINE-RING", others={"D1": COPIED},
    ),
    Case(
        name="at the corner of a ring road it answers, and the township stands next (#868)",
        place=(12, 15.15), category=ROAD_HOLE,
        body="ROAD", step=Step.LINEAR, rule="LINE-RING",
        left={"TOWNSHIP": later("线性设施权属")}, confidence=0.6588,
        wishes=("若实际位置远离3.3米以上，则归金台街道办",),
    ),
    Case(
        name="beyond the reach of a ring road the township answers, and the ring is named (#868)",
        place=(12, 15.2), category=ROAD_HOLE,
        body="T2", step=Step.TOWNSHIP, rule="TOWNSHIP",
        left={"LINE-RING": "距离22.2米，超出20.0米的管理范围"},
        wishes=("若实际位置靠近2.2米以上，则归市道路管理局",),
    ),
    Case(
        name="a road that was not handed over belongs to its developer",
        place=(2.5, 18.02), category=ROAD_HOLE,
        body="DEV", step=Step.LINEAR, rule="LINE-NEW",
    ),
    Case(
        name="a river on a border belongs to the water authority on either bank (#16)",
        place=(5.5, 20.05), category=RIVER,
        body="WATER", step=Step.LINEAR, rule="LINE-RIVER", flags=("near_border",),
    ),
    Case(
        name="a river exactly on a border is decided all the same",
        place=(5.5, 20), category=RIVER,
        body="WATER", step=Step.LINEAR, rule="LINE-RIVER", flags=("on_border",),
        left={"DISTRICT": later("线性设施权属")},
    ),
    Case(
        name="rubbish on the river's border waits for the two townships: the district answers",
        place=(5.5, 20), category=RUBBISH, status="provisional",
        body="D1", step=Step.DISTRICT, rule="DISTRICT", flags=("on_border",), said=INSTEAD,
        left={"TOWNSHIP:T1": ON_BORDER, "TOWNSHIP:T3": ON_BORDER, "LINE-RIVER": NOT_ITS},
    ),
    Case(
        name="the body of the left side answers on the left of a road",
        place=(9.95, 26), category=ROAD_HOLE,
        body="T3", step=Step.LINEAR, rule="LINE-BANK-W", left={"LINE-BANK-E": "仅管理其右侧"},
    ),
    Case(
        name="the body of the right side answers on the right of a road",
        place=(10.05, 26), category=ROAD_HOLE,
        body="ROAD1", step=Step.LINEAR, rule="LINE-BANK-E", left={"LINE-BANK-W": "仅管理其左侧"},
    ),
    Case(
        name="on the centre line of a road with two sides both could answer",
        place=(10, 26), category=ROAD_HOLE, status="disputed",
        body="ROAD1", step=Step.LINEAR, rule="LINE-BANK-E", flags=("disputed",),
        said="2个同级主体均可负责且未约定，首接负责由其牵头",
        left={"LINE-BANK-W": "与LINE-BANK-E同级，未约定共同负责"},
        others={"T3": CO, "D1": SUPERVISING},
    ),
    Case(
        name="a road that two districts keep together has one lead and one helper (#4538)",
        place=(20, 3), category=ROAD_HOLE,
        body="ROAD1", step=Step.LINEAR, rule="LINE-SHARED-1", flags=("on_border",),
        said="2个主体共同负责，由其牵头", others={"ROAD2": CO, "D1": COPIED},
    ),
    Case(
        name="the road kept together has the same lead on the other side of its border (#4538)",
        place=(20.05, 3), category=ROAD_HOLE,
        body="ROAD1", step=Step.LINEAR, rule="LINE-SHARED-1", flags=("near_border",),
        said="2个主体共同负责，由其牵头", others={"ROAD2": CO, "D2": COPIED},
    ),
    # overlays
    Case(
        name="a tree in a park is for the park",
        place=(3, 4), category=TREE,
        body="GREEN1", step=Step.OVERLAY, rule="AREA-PARK",
        left={"TOWNSHIP": later("特殊区域")},
    ),
    Case(
        name="rubbish in a park is not for the park, but for the township (#4457)",
        place=(3, 4), category=RUBBISH,
        body="T1", step=Step.TOWNSHIP, rule="TOWNSHIP",
        left={"AREA-PARK": NOT_ITS, "DISTRICT": later("街道/乡镇属地")},
        wishes=("其他事项可能归东湖区园林局(东湖公园)",),
    ),
    Case(
        name="near the edge of a park it answers with less confidence",
        place=(2.1, 4), category=TREE,
        body="GREEN1", step=Step.OVERLAY, rule="AREA-PARK", confidence=0.8523,
    ),
    Case(
        name="a park in another district belongs to its owner all the same (#4464)",
        place=(23, 3), category=TREE,
        body="GREEN1", step=Step.OVERLAY, rule="AREA-PARK", others={"D2": COPIED},
    ),
    Case(
        name="only trees there are the park's: rubbish goes to the township of the place (#4464)",
        place=(23, 3), category=RUBBISH,
        body="T4", step=Step.TOWNSHIP, rule="TOWNSHIP", others={"D2": COPIED},
    ),
    Case(
        name="a common across two districts has its own keepers, on the border too (#149)",
        place=(20, 31), category=TREE,
        body="COMMON", step=Step.OVERLAY, rule="AREA-PARK", flags=("on_border",),
    ),
    Case(
        name="the station area answers before the larger district around it (#1323)",
        place=(13, 3), category=RUBBISH,
        body="STATION", step=Step.OVERLAY, rule="AREA-STATION",
        left={"AREA-BUSINESS": "优先级低于AREA-STATION"},
    ),
    Case(
        name="around the station area the business district answers",
        place=(15, 5), category=RUBBISH,
        body="BUSINESS", step=Step.OVERLAY, rule="AREA-BUSINESS",
    ),
    Case(
        name="the station area does not answer for housing",
        place=(13, 3), category=HOUSING,
        body="C21", step=Step.COMMUNITY, rule="COMMUNITY", left={"AREA-STATION": NOT_ITS},
    ),
    Case(
        name="an estate with a property company",
        place=(7, 3), category=HOUSING,
        body="PM1", step=Step.OVERLAY, rule="AREA-ESTATE",
    ),
    Case(
        name="an estate without a property company falls to the township, with the reasons",
        place=(7, 7), category=HOUSING,
        body="T1", step=Step.TOWNSHIP, rule="TOWNSHIP",
        left={"AREA-ESTATE": nobody_recorded("@estate"), "COMMUNITY": nobody_recorded("@area")},
    ),
    Case(
        name="two equal overlays are disputed: the first rule leads and the district supervises",
        place=(26.5, 22), category=RUBBISH, status="disputed",
        body="HERITAGE", step=Step.OVERLAY, rule="AREA-HERITAGE", flags=("disputed",),
        said="2个同级主体均可负责且未约定，首接负责由其牵头",
        left={"AREA-SCENIC": "与AREA-HERITAGE同级，未约定共同负责"},
        others={"SCENIC": CO, "D2": SUPERVISING}, wishes=(IF_RULED,), confidence=0.5,
    ),
    Case(
        name="two equal overlays that share the duty are one answer",
        place=(26.5, 28), category=RUBBISH,
        body="NIGHT", step=Step.OVERLAY, rule="AREA-NIGHT", said="2个主体共同负责，由其牵头",
        others={"WALK": CO, "D2": COPIED}, confidence=1.0,
    ),
    Case(
        name="a firm that asks in the development zone is served there",
        place=(34, 12), category=FIRM, caller=Caller.ENTERPRISE,
        body="ZONE", step=Step.OVERLAY, rule="AREA-ZONE",
    ),
    Case(
        name="a person who asks in the development zone goes to the township",
        place=(34, 12), category=FIRM,
        body="T5", step=Step.TOWNSHIP, rule="TOWNSHIP",
        left={"AREA-ZONE": "仅适用于企业诉求"}, wishes=("若为企业诉求，则归经济开发区管委会",),
    ),
    # dates
    Case(
        name="a rule that ended yesterday does not answer",
        place=(3, 4), category=ROAD_DIRT,
        body="T1", step=Step.TOWNSHIP, rule="TOWNSHIP",
        left={"AREA-PARK-ENDED": "规则已于2026-11-23失效"},
        wishes=("若AREA-PARK-ENDED(已于2026-11-23失效)续期",),
    ),
    Case(
        name="on its last day a rule answers, and says that it ends",
        place=(3, 4), category=ROAD_DIRT, at=date(2026, 11, 22),
        body="GREEN1", step=Step.OVERLAY, rule="AREA-PARK-ENDED",
        wishes=("该规则于2026-11-23失效",),
    ),
    Case(
        name="a rule that starts tomorrow does not answer",
        place=(7, 3), category=ROAD_DIRT,
        body="T1", step=Step.TOWNSHIP, rule="TOWNSHIP",
        left={"AREA-ESTATE-COMING": "规则自2026-11-24起生效"},
    ),
    Case(
        name="on its first day a rule answers",
        place=(7, 3), category=ROAD_DIRT, at=date(2026, 11, 24),
        body="PM1", step=Step.OVERLAY, rule="AREA-ESTATE-COMING",
    ),
    Case(
        name="a body that was abolished does not answer",
        place=(3, 4), category=PARK,
        body="GREEN1", step=Step.OVERLAY, rule="AREA-PARK",
        left={"AREA-PARK-OLD": "东湖区公园站已于2026-03-01撤销"},
    ),
    Case(
        name="before it was abolished the body answered",
        place=(3, 4), category=PARK, at=date(2026, 2, 1),
        body="OLD", step=Step.OVERLAY, rule="AREA-PARK-OLD",
        left={"AREA-PARK": "优先级低于AREA-PARK-OLD"},
    ),
    # assets
    Case(
        name="a missing manhole cover is for the owner of the manhole",
        place=(7.1, 12), category=MANHOLE,
        body="SUPPLY", step=Step.ASSET, rule="ASSET-OWNER",
        left={"TOWNSHIP": later("部件权属")},
    ),
    Case(
        name="a rattling manhole cover is for who maintains the manhole",
        place=(7.1, 12), category=MANHOLE_NOISE,
        body="REPAIR", step=Step.ASSET, rule="ASSET-MAINTAINER",
    ),
    Case(
        name="without a manhole near by the township answers and the record is missed",
        place=(3, 13), category=MANHOLE,
        body="T1", step=Step.TOWNSHIP, rule="TOWNSHIP", flags=("asset_missing",),
        wishes=("若登记附近的井盖部件权属",),
    ),
    Case(
        name="a manhole without a recorded owner does not answer",
        place=(8.05, 12), category=MANHOLE,
        body="T1", step=Step.TOWNSHIP, rule="TOWNSHIP",
        left={"ASSET-OWNER": nobody_recorded("@attribute:owner")},
        wishes=("若登记附近的井盖部件权属",),
    ),
    Case(
        name="of two manholes the nearest counts, and the other is named",
        place=(7.02, 13), category=MANHOLE,
        body="SUPPLY", step=Step.ASSET, rule="ASSET-OWNER",
        left={"ASSET-OWNER:POWER": "比距离1.7米的同类更远"}, confidence=0.6230,
    ),
    Case(
        name="a lamp belongs to its owner although it stands in another district (#5927)",
        place=(21.1, 25), category=LAMP,
        body="LAMP1", step=Step.ASSET, rule="ASSET-LAMP", others={"D2": COPIED},
    ),
    Case(
        name="a lamp out of reach is named with its distance",
        place=(21.4, 25), category=LAMP,
        body="T4", step=Step.TOWNSHIP, rule="TOWNSHIP", flags=("asset_missing",),
        left={"ASSET-LAMP": "距离76.9米，超出60.0米的管理范围"},
        wishes=("若实际位置靠近16.9米以上，则归东湖区路灯公司",),
    ),
    # departments, grids, communities, districts
    Case(
        name="pensions are for the city's department wherever one asks",
        place=(25, 10), category=PENSION,
        body="SOCIAL", step=Step.FUNCTION, rule="FUNCTION",
        left={"TOWNSHIP": BARRED, "DISTRICT": BARRED}, confidence=1.0,
    ),
    Case(
        name="unlicensed trade is for the department of the district",
        place=(3, 8), category=MARKET,
        body="MARKET1", step=Step.FUNCTION, rule="FUNCTION", left={"DISTRICT": later("职能部门")},
    ),
    Case(
        name="a district without the department answers itself",
        place=(25, 10), category=MARKET,
        body="D2", step=Step.DISTRICT, rule="DISTRICT",
        left={"FUNCTION": nobody_recorded("@function")},
    ),
    Case(
        name="a department found through a doubtful district is provisional",
        place=(20, 13), category=MARKET, status="provisional",
        body="MARKET1", step=Step.FUNCTION, rule="FUNCTION", flags=("on_border",),
    ),
    Case(
        name="what the catalogue takes from townships goes to the district",
        place=(25, 10), category=BUILDING,
        body="D2", step=Step.DISTRICT, rule="DISTRICT", left={"TOWNSHIP": BARRED},
        others={"CITY": SUPERVISING},
    ),
    Case(
        name="the body named on a grid answers for patrols",
        place=(2.5, 8), category=PATROL,
        body="UNIT1", step=Step.GRID, rule="GRID-BODY",
        left={"COMMUNITY": later("网格明确主体"), "TOWNSHIP": later("网格明确主体")},
    ),
    Case(
        name="a grid that names nobody leaves it to the community",
        place=(2.5, 13), category=PATROL,
        body="C11", step=Step.COMMUNITY, rule="COMMUNITY",
        left={"GRID-BODY": nobody_recorded("@attribute:body")},
    ),
    Case(
        name="quarrels between neighbours are for the community",
        place=(2.5, 8), category=NEIGHBOURS,
        body="C11", step=Step.COMMUNITY, rule="COMMUNITY",
        left={"TOWNSHIP": later("社区")},
    ),
    Case(
        name="helpers, copies and supervisors come from rules and from the catalogue",
        place=(17, 15.05), category=NOISE,
        body="T2", step=Step.TOWNSHIP, rule="TOWNSHIP",
        others={
            "STATION": CO, "GREEN1": CO, "C21": CO,
            "D1": COPIED, "SOCIAL": COPIED, "ROAD": SUPERVISING, "CITY": SUPERVISING,
        },
    ),
    Case(
        name="where only special areas may answer and there is none, it goes to review",
        place=(17, 5), category=SPECIAL, status="nobody",
        body="", step=None, rule="", left={"TOWNSHIP": BARRED, "DISTRICT": BARRED},
        confidence=0.0,
    ),
    # borders
    Case(
        name="on a border of two townships the district answers and both are named (#4398)",
        place=(10, 13.5), category=RUBBISH, status="provisional",
        body="D1", step=Step.DISTRICT, rule="DISTRICT", flags=("on_border",), said=INSTEAD,
        left={"TOWNSHIP:T1": ON_BORDER, "TOWNSHIP:T2": ON_BORDER},
        others={"T1": CO, "T2": CO}, wishes=(IF_RULED,), confidence=0.5,
    ),
    Case(
        name="an agreement about a boundary road that has ended settles nothing (#4398)",
        place=(10, 4), category=RUBBISH, status="provisional",
        body="D1", step=Step.DISTRICT, rule="DISTRICT", flags=("on_border",), said=INSTEAD,
        left={"TOWNSHIP:T1": ON_BORDER, "TOWNSHIP:T2": ON_BORDER}, wishes=(IF_RULED,),
    ),
    Case(
        name="on a border of two districts the smallest code leads, and the city supervises",
        place=(20, 13), category=RUBBISH, status="disputed",
        body="T2", step=Step.TOWNSHIP, rule="TOWNSHIP", flags=("on_border", "disputed"),
        said="恰在2个区域的边界上，权属待定，暂由其牵头", left={"TOWNSHIP:T4": ON_BORDER},
        others={"T4": CO, "D1": COPIED, "CITY": SUPERVISING}, wishes=(IF_RULED,), confidence=0.5,
    ),
    Case(
        name="on a border of two communities of one township the smallest code leads for now",
        place=(5, 13), category=NEIGHBOURS, status="provisional",
        body="C11", step=Step.COMMUNITY, rule="COMMUNITY", flags=("on_border",),
        said="恰在2个区域的边界上，权属待定，暂由其牵头", confidence=0.25,
    ),
    Case(
        name="communities of two districts dispute their border",
        place=(20, 13), category=NEIGHBOURS, status="disputed",
        body="C21", step=Step.COMMUNITY, rule="COMMUNITY", flags=("on_border", "disputed"),
        said="恰在2个区域的边界上，权属待定，暂由其牵头", left={"COMMUNITY:C41": ON_BORDER},
    ),
    Case(
        name="an agreement gives a boundary road to one side, on the border",
        place=(10, 10), category=RUBBISH,
        body="T1", step=Step.TOWNSHIP, rule="TOWNSHIP", flags=("on_border",),
        said="按边界协议界二路管理协议(AG-WHOLE)归属", others={"D1": COPIED},
        confidence=0.9928,
    ),
    Case(
        name="beside an agreed road the other township is named as not on this side",
        place=(9.9, 10), category=RUBBISH,
        body="T1", step=Step.TOWNSHIP, rule="TOWNSHIP", flags=("near_border",),
        said="按边界协议界二路管理协议(AG-WHOLE)归属",
        left={"TOWNSHIP:T2": "按边界协议界二路管理协议(AG-WHOLE)不归此侧"}, confidence=0.9998,
    ),
    Case(
        name="an agreement gives a boundary road to one side, on the other side too",
        place=(10.1, 10), category=RUBBISH,
        body="T1", step=Step.TOWNSHIP, rule="TOWNSHIP", flags=("near_border",),
        said="按边界协议界二路管理协议(AG-WHOLE)归属",
    ),
    Case(
        name="the community of the other side does not answer where an agreement moved the place",
        place=(10.1, 10), category=NEIGHBOURS,
        body="T1", step=Step.TOWNSHIP, rule="TOWNSHIP", flags=("near_border",),
        said="按边界协议界二路管理协议(AG-WHOLE)归属",
        left={"COMMUNITY": "按边界协议界二路管理协议(AG-WHOLE)不归此侧"},
    ),
    Case(
        name="an agreement by the centre line: left of it",
        place=(10.05, 18), category=RUBBISH,
        body="T1", step=Step.TOWNSHIP, rule="TOWNSHIP", flags=("near_border",),
        said="按边界协议界三路分段协议(AG-SPLIT)归属",
    ),
    Case(
        name="an agreement by the centre line: right of it",
        place=(10.15, 18), category=RUBBISH,
        body="T2", step=Step.TOWNSHIP, rule="TOWNSHIP", flags=("near_border",),
        said="按边界协议界三路分段协议(AG-SPLIT)归属",
    ),
    Case(
        name="an agreement across districts moves the district as well",
        place=(19.95, 18), category=RUBBISH,
        body="T4", step=Step.TOWNSHIP, rule="TOWNSHIP", flags=("near_border",),
        said="按边界协议区界二路管理协议(AG-DISTRICTS)归属", others={"D2": COPIED},
    ),
    Case(
        name="an agreement about rubbish says nothing about trees",
        place=(20, 18), category=TREE, status="disputed",
        body="T2", step=Step.TOWNSHIP, rule="TOWNSHIP", flags=("on_border", "disputed"),
        said="恰在2个区域的边界上，权属待定，暂由其牵头",
    ),
    Case(
        name="near a border the area answers, the neighbour is named with its distance",
        place=(10.1, 13.5), category=RUBBISH,
        body="T2", step=Step.TOWNSHIP, rule="TOWNSHIP", flags=("near_border",),
        left={"TOWNSHIP:T1": "相邻区域，距此8.6米，在位置精度以内"},
        wishes=("若实际位置越过8.6米外的边界，则归柳林街道办",), confidence=0.8523,
    ),
    Case(
        name="in a gap within tolerance the nearest area answers for now",
        place=(30.01, 10), category=RUBBISH, status="provisional",
        body="T4", step=Step.TOWNSHIP, rule="TOWNSHIP", flags=("near_border", "gap"),
        said="位于区划缝隙，距最近边界0.9米，暂归最近的区域", wishes=(IF_RULED,),
    ),
    Case(
        name="where two townships overlap neither is chosen in silence (311-data#628)",
        place=(29.75, 38), category=RUBBISH, status="provisional",
        body="D2", step=Step.DISTRICT, rule="DISTRICT", flags=("overlap",), said=INSTEAD,
        left={"TOWNSHIP:T4": ON_BORDER, "TOWNSHIP:T5": ON_BORDER}, others={"T4": CO, "T5": CO},
    ),
    Case(
        name="outside of everything nobody answers",
        place=(50, 50), category=RUBBISH, status="nobody",
        body="", step=None, rule="", flags=("outside",), others={}, confidence=0.0,
    ),
    # rulings
    Case(
        name="a ruling answers before everything else",
        place=(15, 10), category=RUBBISH,
        body="UNIT1", step=Step.RULING, rule="ruling:present", said=RULED.format("2026-05-06"),
        left={"TOWNSHIP": later("现场责任划分")}, others={"STATION": CO, "D1": COPIED},
        confidence=1.0,
    ),
    Case(
        name="a ruling settles a border",
        place=(10, 7), category=RUBBISH,
        body="T2", step=Step.RULING, rule="ruling:on a border", flags=("on_border",),
        said=RULED.format("2026-05-06"), confidence=1.0,
    ),
    Case(
        name="a ruling that was revoked does not answer",
        place=(15, 12), category=RUBBISH,
        body="T2", step=Step.TOWNSHIP, rule="TOWNSHIP",
    ),
    Case(
        name="a ruling that has expired does not answer",
        place=(17, 12), category=RUBBISH,
        body="T2", step=Step.TOWNSHIP, rule="TOWNSHIP",
    ),
    Case(
        name="a ruling answers until the day before it expires, and says so",
        place=(17, 12), category=RUBBISH, at=date(2026, 11, 22),
        body="UNIT1", step=Step.RULING, rule="ruling:expired", said=RULED.format("2026-05-06"),
        wishes=("该规则于2026-11-23失效",),
    ),
    Case(
        name="a ruling about another category does not answer",
        place=(17, 10), category=RUBBISH,
        body="T2", step=Step.TOWNSHIP, rule="TOWNSHIP",
    ),
    Case(
        name="of two rulings the latest counts",
        place=(15, 8), category=RUBBISH,
        body="BUSINESS", step=Step.RULING, rule="ruling:second of two",
        said=RULED.format("2026-07-08"), left={"ruling:first of two": "优先级低于{second of two}"},
    ),
]  # fmt: skip


def _ask(city: Any, case: Case) -> OwnerAnswer:
    lon, lat = city.place(*case.place)
    answer: OwnerAnswer = city.resolver.answer(
        OwnerQuestion(
            lon=lon, lat=lat, category=case.category, at=case.at, caller=case.caller
        )
    )  # fmt: skip
    return answer


def _named(considered: Considered, rulings: dict[str, str]) -> str:
    names = {f"{code}": f"ruling:{name}" for name, code in rulings.items()}
    return names.get(considered.rule, considered.rule)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_right_body_answers_for_the_right_reason(small_city: Any, case: Case) -> None:
    answer = _ask(small_city, case)
    rule = small_city.rulings[case.rule[7:]] if case.rule.startswith("ruling:") else case.rule
    body = answer.primary.code if answer.primary else ""
    assert (answer.status, body, answer.step, answer.rule) == (
        case.status, case.body, case.step, rule,
    )  # fmt: skip
    assert answer.flags == case.flags
    taken = next((item for item in answer.considered if item.is_taken), None)
    assert (taken is None) == (case.status == "nobody")
    if taken is not None:
        assert (taken.body, taken.rule) == (case.body, rule)
        assert explain(taken.reason) == case.said
    if case.confidence is not None:
        assert answer.confidence == pytest.approx(case.confidence, abs=2e-4)


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if case.left or case.others is not None or case.wishes],
    ids=lambda case: case.name,
)
def test_the_others_are_named_with_what_would_change_it(small_city: Any, case: Case) -> None:
    answer = _ask(small_city, case)
    said = {}
    for item in answer.considered:
        if not item.is_taken:
            name = _named(item, small_city.rulings)
            said.setdefault(name, explain(item.reason))
            said[f"{name}:{item.body}"] = explain(item.reason)
    expected = {
        key: text.replace("{second of two}", small_city.rulings["second of two"])
        for key, text in case.left.items()
    }
    assert {key: said.get(key) for key in expected} == expected
    if case.others is not None:
        assert {named.code: named.role for named in answer.others} == case.others
    wishes = [explain(reason) for reason in answer.would_change]
    assert set(case.wishes) <= set(wishes), wishes
    assert "" not in said.values()


def test_names_of_cases_are_unique() -> None:
    names = [case.name for case in CASES]
    assert len(names) == len(set(names)) >= 45
