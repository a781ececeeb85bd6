"""The fixed terms of a rule book: steps, roles, kinds of bodies and posts."""

from enum import StrEnum

__all__ = ["STEP_NAMES", "BodyKind", "Caller", "Mode", "PostKind", "Role", "Step"]


class Step(StrEnum):
    """A step of the order of rules; members stand in that order, the first that answers wins.

    The catalogue says for each category which steps may answer. ``FUNCTION`` answers by category
    and not by place (社保, 网购, 出租车): the department that has the function, in the district
    that holds the place or in the city.
    """

    RULING = "ruling"
    ASSET = "asset"
    LINEAR = "linear"
    OVERLAY = "overlay"
    FUNCTION = "function"
    GRID = "grid"
    COMMUNITY = "community"
    TOWNSHIP = "township"
    DISTRICT = "district"


STEP_NAMES: dict[Step, tuple[str, str]] = {
    Step.RULING: ("现场责任划分", "recorded ruling"),
    Step.ASSET: ("部件权属", "owner of the asset"),
    Step.LINEAR: ("线性设施权属", "owner of the road or river"),
    Step.OVERLAY: ("特殊区域", "special area"),
    Step.FUNCTION: ("职能部门", "department by function"),
    Step.GRID: ("网格明确主体", "body named on the grid"),
    Step.COMMUNITY: ("社区", "community"),
    Step.TOWNSHIP: ("街道/乡镇属地", "township"),
    Step.DISTRICT: ("属地区政府兜底", "district government as fallback"),
}
"""Name of each step in Chinese and English."""


class Role(StrEnum):
    """What a rule makes of a body: 主办, 协办, 抄送, 督办."""

    PRIMARY = "primary"
    CO_ORGANISER = "co_organiser"
    COPIED = "copied"
    SUPERVISING = "supervising"


class Mode(StrEnum):
    """Whether equal candidates share the duty (共同负责) or exclude each other."""

    EXCLUSIVE = "exclusive"
    SHARED = "shared"


class Caller(StrEnum):
    """Kind of caller (诉求人): 个人 or 企业; empty where a rule holds for both."""

    ANY = ""
    PERSONAL = "personal"
    ENTERPRISE = "enterprise"


class BodyKind(StrEnum):
    """Kind of a body (责任主体)."""

    CITY = "city"  # 市政府
    DISTRICT = "district"  # 区政府
    TOWNSHIP = "township"  # 街道办事处、乡镇政府
    COMMUNITY = "community"  # 居委会、村委会
    MUNICIPAL_DEPARTMENT = "municipal_department"  # 市级部门
    DISTRICT_DEPARTMENT = "district_department"  # 区级部门
    PUBLIC_SERVICE = "public_service"  # 公共服务企业
    GREEN_CHANNEL = "green_channel"  # 绿通企业
    RESIDENT_UNIT = "resident_unit"  # 驻区单位
    PROPERTY_COMPANY = "property_company"  # 物业服务企业
    MANAGEMENT_COMMITTEE = "management_committee"  # 管委会
    DEVELOPER = "developer"  # 建设单位


class PostKind(StrEnum):
    """Kind of a post (岗位)."""

    GRID_INSTRUCTOR = "grid_instructor"  # 网格指导员
    CHIEF_GRID_LEADER = "chief_grid_leader"  # 总网格长
    GRID_LEADER = "grid_leader"  # 网格长
    GRID_OFFICER = "grid_officer"  # 专职网格员
    GRID_WORKER = "grid_worker"  # 网格员
    PARTY_GROUP_HEAD = "party_group_head"  # 网格党小组长
    STREET_CHIEF = "street_chief"  # 街巷长
    COMMUNITY_COMMISSIONER = "community_commissioner"  # 社区专员
    JUDGE = "judge"  # 法官
    PROCURATOR = "procurator"  # 检察官
    POLICE_OFFICER = "police_officer"  # 社区民警
    LAWYER = "lawyer"  # 律师
    SOCIAL_WORKER = "social_worker"  # 社会工作者
    RESPONSIBLE_LEADER = "responsible_leader"  # 包抓领导
