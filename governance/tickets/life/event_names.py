"""Names of what events tell: links, corrections, places, solutions; Chinese and English."""

from governance.tickets.life.clock_words import Said
from governance.tickets.terms import LinkKind, PlaceMethod

__all__ = ["CORRECTED_NAMES", "LINK_NAMES", "PLACED_NAMES", "SOLVED_NAMES"]

LINK_NAMES: dict[str, Said] = {
    LinkKind.DUPLICATE: ("重复诉求", "the same text again"),
    LinkKind.SAME_REQUEST: (
        "同一诉求人经其他渠道的同一诉求",
        "the same request over another channel",
    ),
    LinkKind.REPEAT: ("同一地点同类诉求再次发生", "the same spot and category again"),
}
"""Name of each kind of link in Chinese and English."""

CORRECTED_NAMES: dict[str, Said] = {
    "place": ("地点", "the place"),
    "category": ("类别", "the category"),
    "owner": ("责任主体", "the owner"),
    "fields": ("登记内容", "what was taken down"),
}
"""Name of each thing that can be corrected."""

PLACED_NAMES: dict[str, Said] = {
    PlaceMethod.NONE: ("未能定位", "Not placed"),
    PlaceMethod.COORDINATES: ("按坐标定位", "Placed by coordinates"),
    PlaceMethod.ADDRESS: ("按地址定位", "Placed by address"),
    PlaceMethod.AGREED: ("地点有几种可能，责任主体相同", "Several places, one and the same owner"),
    PlaceMethod.PERSON: ("人工定位", "Placed by a person"),
}
"""What is said of each way in which a place was found."""

SOLVED_NAMES: dict[str | None, Said] = {
    "yes": ("已解决", "solved"),
    "partly": ("部分解决", "partly solved"),
    "no": ("未解决", "not solved"),
    None: ("未表示是否解决", "nothing said about the solution"),
}
"""What is said of each answer to whether the request was solved."""
