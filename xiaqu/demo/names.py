"""Invented Chinese names, put together from parts; no name is taken from a map."""

import numpy as np

from geo.arrays import BoolArray

CITY_NAME = "示范市"
DISTRICTS = (
    ("东湖区", 0.30, -0.05), ("石桥区", 0.00, 0.00), ("松湖区", 0.02, 0.18),
    ("北原区", -0.18, 0.12), ("柳岸区", -0.12, -0.12), ("南浦区", -0.15, -0.35),
    ("西岭区", -0.40, 0.05), ("丹枫区", 0.35, 0.15), ("梅川区", 0.00, 0.50),
    ("泽安区", -0.30, 0.60), ("望山区", -0.60, 0.60), ("云溪区", -0.75, 0.15),
    ("青禾区", -0.50, -0.50), ("禾丰区", 0.15, -0.70), ("雁滩区", 0.50, 0.50),
    ("金河区", 0.80, 0.00),
)  # fmt: skip
"""Name and the place where it would look right, as a share of the half extents."""

FIRST_TOWNSHIP = "柳林"
FIRST_COMMUNITIES = ("安和", "枫桥", "柳林东里", "柳林西里", "望河", "晓月园")

_OPENINGS = (
    "安和柳松梅兰竹枫槐桂杏桃榆桐荷莲云霞晓明清文德仁义礼信福泰康宁瑞祥锦银玉翠碧青红紫丹白石望"
    "永长顺昌宏景春秋晴朗静雅华芳菊芦杨柏樟檀棠榴星月泽润广益聚同"
)
_CLOSINGS = "林园苑庭泉湖溪河浦塘湾桥台岭岗坡坪原野田禾谷渡津亭阁楼院坊井巷径畔洲屿荫堂榭泽汀"
_REAL = frozenset({
    "玉林", "桂林", "玉溪", "青田", "玉田", "桐林", "榆林", "安溪", "明溪", "兰溪", "松溪", "竹溪",
    "白河", "清河", "青河", "红河", "梅河", "清原", "红原", "松原", "福泉", "石泉", "石林", "石河",
    "福田", "和田", "和林", "仁和", "云和", "义井", "清溪", "兰坪", "福清", "宁河", "安义", "泰和",
    "安康", "德清", "文安", "明光", "青岗", "银河", "望谟", "云霄", "康定", "宁德", "信宜", "云岗",
    "平湖", "长岭", "华亭", "华坪", "芦溪", "杨浦", "月湖", "顺河", "礼泉", "石台", "石楼", "清浦",
    "青浦", "宁津", "红桥", "莲湖", "霞浦", "云溪", "长湖", "永河", "长泰", "广河", "广元", "益阳",
    "清苑", "玉泉", "德林", "白塘", "竹园", "桃园", "桃源", "义泉", "文溪", "青原", "康平", "信丰",
})  # fmt: skip
_SETTLEMENT_SIDES = ("东", "西", "南", "北", "上", "下", "前", "后", "新", "古", "大", "小")
_SETTLEMENT_STEMS = (
    "桥头", "河口", "塘边", "岗子", "槐坪", "石垛", "泉沟", "庄头", "梁家", "坡头", "渠首", "柳坪",
    "杨湾", "井沟", "坝子", "渡口", "窑头", "磨坊", "松坡", "枣园", "杏沟", "石洼", "苇塘", "堤口",
    "沙洼", "竹坪", "桑园", "麦田", "椿庄", "梨坪", "皂角", "麻湾",
)  # fmt: skip
_FAMILIES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_HAMLETS = "庄营沟岭洼堡寨屯湾坡坪台洞桥店"
ESTATE_KINDS = (
    "家园", "花园", "小区", "苑", "新村", "公寓", "里", "雅居", "嘉园", "华庭", "名邸", "佳苑",
)  # fmt: skip


class NamePool:
    """Deals two-character words in random order, over again when all are dealt.

    Parameters
    ----------
    rng
        Shuffles the words.
    words
        What to deal.
    """

    def __init__(self, rng: np.random.Generator, words: list[str]) -> None:
        self._rng = rng
        self._words = words
        self._queue: list[str] = []

    def take(self, used: set[str], ending: str = "") -> str:
        """Deal the next word for which ``word + ending`` is not in ``used``, and add that there.

        Parameters
        ----------
        used
            Names that may not come again; grows by the answer.
        ending
            Appended to the word.

        Raises
        ------
        LookupError
            Every word of the pool is used with this ending.
        """
        for _ in range(2 * len(self._words)):
            if not self._queue:
                self._queue = [self._words[k] for k in self._rng.permutation(len(self._words))]
            name = self._queue.pop() + ending
            if name not in used:
                used.add(name)
                return name
        message = f"all {len(self._words)} words with ending {ending!r} are used"
        raise LookupError(message)


def pleasant_words() -> list[str]:
    """Words for streets, estates and urban communities, well-known real names left out."""
    words = [a + b for a in _OPENINGS for b in _CLOSINGS]
    return [word for word in words if word not in _REAL]


def settlement_words() -> list[str]:
    """Words for towns and townships, such as 古桥头."""
    return [a + b for a in _SETTLEMENT_SIDES for b in _SETTLEMENT_STEMS]


def village_words() -> list[str]:
    """Words for villages, such as 大李家沟."""
    plain = [f + "家" + h for f in _FAMILIES for h in _HAMLETS]
    sided = [s + f + "家" + h for s in "东西南北前后大小" for f in _FAMILIES for h in _HAMLETS]
    return plain + sided


def name_townships(rng: np.random.Generator, kinds: list[str], districts: list[int]) -> list[str]:
    """Names of townships, unique in the city.

    Parameters
    ----------
    rng
        Chooses the words.
    kinds
        街道, 镇 or 乡 for each township.
    districts
        District of each; the first 街道 of district 0 is 柳林街道.
    """
    pleasant, settled = NamePool(rng, pleasant_words()), NamePool(rng, settlement_words())
    used = {FIRST_TOWNSHIP + "街道", FIRST_TOWNSHIP}
    names: list[str] = []
    is_given = False
    for kind, district in zip(kinds, districts, strict=True):
        if kind == "街道" and district == 0 and not is_given:
            names.append(FIRST_TOWNSHIP + "街道")
            is_given = True
            continue
        pool = pleasant if kind == "街道" and rng.uniform() < 0.8 else settled  # noqa: PLR2004 - most streets
        stem = pool.take(used)
        names.append(stem + kind)
    return names


def name_communities(
    rng: np.random.Generator, is_urban: BoolArray, townships: list[str], parent: list[int]
) -> list[str]:
    """Names of communities (社区) and villages (村), unique within their township.

    Parameters
    ----------
    rng
        Chooses the words.
    is_urban
        Shape (n,): a residents' community rather than a village.
    townships
        Names of the townships.
    parent
        Township of each community.
    """
    pleasant, hamlets = NamePool(rng, pleasant_words()), NamePool(rng, village_words())
    used: list[set[str]] = [set() for _ in townships]
    ready = [_ready_names(name) for name in townships]
    names: list[str] = []
    for urban, township in zip(is_urban.tolist(), parent, strict=True):
        if not urban:
            names.append(hamlets.take(used[township], "村"))
            continue
        waiting = ready[township]
        if waiting and (townships[township].startswith(FIRST_TOWNSHIP) or rng.uniform() < 0.3):  # noqa: PLR2004 - share named after the street
            names.append(waiting.pop(0) + "社区")
            used[township].add(names[-1])
        else:
            names.append(pleasant.take(used[township], "社区"))
    return names


def _ready_names(township: str) -> list[str]:
    stem = township.removesuffix("街道").removesuffix("镇").removesuffix("乡")
    if stem == FIRST_TOWNSHIP:
        return list(FIRST_COMMUNITIES)
    return [stem + side for side in ("东里", "西里", "南里", "北里")]
