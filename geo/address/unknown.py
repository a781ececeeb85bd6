"""Finding what looks like a name and is none that the gazetteer has."""

from collections.abc import Callable, Collection

from geo.address.lexicon import Ending, Kind, Lexicon
from geo.address.tables import Level, Role
from geo.address.tokens import NameInfo, Token

__all__ = ["Holds", "area_above", "drop_unsupported", "join_unknown"]

Holds = Callable[[tuple[int, ...], tuple[int, ...]], bool]
"""Whether some of the areas hold some of the entities."""

_OWNED = frozenset((Kind.BUILDING, Kind.DOOR, Kind.GATE, Kind.EXTENSION))
_PLACED = frozenset((Kind.NEAR, Kind.OPPOSITE, Kind.AT, Kind.CROSSING))
_OPEN_LEFT = frozenset((Kind.CUE, Kind.STRONG_CUE, Kind.PUNCT, Kind.PERSONAL))
_JOINING = frozenset((Role.ROAD, Role.ESTATE))
_RUN = frozenset((Kind.GAP, Kind.ENDING, Kind.UNKNOWN))
_DIVISIONS = ("省", "市", "区", "县", "旗", "州", "盟", "镇", "乡", "街道")
# A member of an enumeration costs more to look up than to compare.
_AND, _AT, _CHATTER, _CUE, _EXTENSION = Kind.AND, Kind.AT, Kind.CHATTER, Kind.CUE, Kind.EXTENSION
_PUNCT, _STRONG_CUE = Kind.PUNCT, Kind.STRONG_CUE
_CITY, _DISTRICT = Level.CITY, Level.DISTRICT
_AREA, _ESTATE, _POI, _ROAD = Role.AREA, Role.ESTATE, Role.POI, Role.ROAD
_NAME, _GAP, _UNKNOWN, _ENDING = Kind.NAME, Kind.GAP, Kind.UNKNOWN, Kind.ENDING
_SURE_LENGTH = 3
_TOLD = frozenset((Kind.CHATTER, Kind.PERSONAL, Kind.UNIT, Kind.AT, Kind.NEAR))
_WORDS = frozenset((Kind.CUE, Kind.AT))
_LEAST_REST = 2
_LONG = 4
_NAMING = frozenset((Kind.GAP, Kind.NAME))
_FUNCTION = frozenset("的在是了到去于有从和与及或对向往至由就这那该本")


def _kind(tokens: list[Token], i: int) -> Kind:
    return tokens[i].kind if 0 <= i < len(tokens) else _PUNCT


def area_above(tokens: list[Token], i: int, level: Level, text: str, known: Collection[int]) -> int:
    """Find the nearest area stated before a token, in one run of words, that is of a wider level.

    Parameters
    ----------
    tokens, text
        Of the text.
    i, level
        Index and level of the narrower area.
    known
        Indices of the tokens that are areas.

    Returns
    -------
    index
        -1 where there is none, or where a new sentence or a cue (住在) stands between.
    """
    for j in range(i - 1, -1, -1):
        token = tokens[j]
        if j in known and token.name is not None and token.name.level < level:
            return j
        is_cue = token.kind is _CUE and token.end - token.start > 1
        is_break = token.kind is _PUNCT and bool(text[token.start : token.end].strip(" -/"))
        if is_cue or is_break or token.kind is _STRONG_CUE:
            return -1
    return -1


def _is_supported(tokens: list[Token], i: int, text: str, stated: list[int], holds: Holds) -> bool:
    """Tell whether a weak name has enough around it to be believed."""
    name = tokens[i].name
    if name is None:
        return True
    above = -1 if name.places else area_above(tokens, i, name.level, text, stated)
    is_outside = above >= 0 and not _is_held(tokens[above], name, holds)
    if not name.is_weak:
        return not (is_outside and _kind(tokens, i - 1) is _GAP)  # 土默特左旗 + 金川开发区
    return not is_outside and _is_believed(tokens, i, name, above, holds)


def _is_believed(tokens: list[Token], i: int, name: NameInfo, above: int, holds: Holds) -> bool:
    """Tell whether what stands right before and behind a weak name bears it out."""
    before, after = _kind(tokens, i - 1), _kind(tokens, i + 1)
    following = _name_behind(tokens, i)
    held = () if following is None or following is name else following.entities
    if held and name.areas and holds(name.areas, held):
        return True
    if name.is_foreign or before is _GAP:
        return False
    if _begins_address(tokens, i, above):
        return True
    if after in _OWNED:
        return bool(name.places)
    return after is not _GAP and _is_introduced(tokens, i, name, holds)


def _name_behind(tokens: list[Token], i: int) -> NameInfo | None:
    """Give the name right behind a token, or behind one blank or comma."""
    k = i + 1
    if _kind(tokens, k) is _PUNCT and k < len(tokens) and tokens[k].end - tokens[k].start == 1:
        k += 1
    return tokens[k].name if k < len(tokens) else None


def _is_held(above: Token, name: NameInfo, holds: Holds) -> bool:
    return above.name is not None and holds(above.name.areas, name.areas)


def _begins_address(tokens: list[Token], i: int, above: int) -> bool:
    """Tell whether the short form of an area before other words is that area.

    It is at the start (宁波 + 朝晖路) for cities, and right behind the area that holds it.
    """
    name = tokens[i].name
    following = tokens[i + 1] if i + 1 < len(tokens) else None
    if name is None or name.places or following is None:
        return False
    if following.end - following.start < _LEAST_REST or following.kind not in _NAMING:
        return False
    if above < 0:
        return i == 0 and name.level <= _CITY
    wider = tokens[above].name
    is_sure = wider is not None and (name.level <= _DISTRICT or not wider.is_weak)
    return above == i - 1 and (is_sure or above == 0)


def _is_another_city(tokens: list[Token], i: int, stated: list[int], holds: Holds) -> bool:
    """Tell whether an area of another city is meant, and not a part of some longer name."""
    name = tokens[i].name
    if name is None or name.level <= _CITY:
        return True
    if any(_is_held(tokens[k], name, holds) for k in stated):
        return True
    following = tokens[i + 1].name if i + 1 < len(tokens) else None
    if following is not None and holds(name.areas, following.areas):
        return True
    if any(_is_ours(tokens[k]) for k in stated):
        return False
    return _kind(tokens, i - 1) not in _RUN


def _is_ours(token: Token) -> bool:
    return token.name is not None and not token.name.is_foreign


def _is_introduced(tokens: list[Token], i: int, name: NameInfo, holds: Holds) -> bool:
    """Tell whether a weak name with no number behind it stands where a name may."""
    before, after = _kind(tokens, i - 1), _kind(tokens, i + 1)
    holder = tokens[i - 1].name if before is _NAME else None
    is_held = holder is not None and holds(holder.areas, name.entities)
    if after is _ENDING:
        ending = tokens[i + 1].ending
        is_outside = holder is not None and bool(holder.areas) and not (is_held or name.places)
        return ending is not None and bool(ending.same & name.roles) and not is_outside
    if before is _NAME:
        return is_held
    if before is _STRONG_CUE or after in _PLACED:
        return True
    return len(name.text) >= _SURE_LENGTH and before in _OPEN_LEFT


def drop_unsupported(tokens: list[Token], text: str, holds: Holds, lexicon: Lexicon) -> list[Token]:
    """Turn weak names that nothing supports into unexplained characters.

    Parameters
    ----------
    tokens
        As cut; changed in place.
    text
        Normalised.
    holds
        Whether some of the areas hold some of the entities.
    lexicon
        What a name that is not believed may be besides: an ending (信津 + 华庭).

    Returns
    -------
    tokens
        With runs of unexplained characters joined. An area of another city is UNKNOWN where
        nothing says that this city is meant (蒙特利名都 + 城东区 behind an area of ours).
    """
    stated: list[int] = []
    has_dropped = False
    for i, token in enumerate(tokens):
        name = token.name
        if name is None or token.kind is not _NAME:
            continue
        if name.is_foreign and not name.is_weak and not _is_another_city(tokens, i, stated, holds):
            token.kind, token.name, token.value = _UNKNOWN, None, _AREA.name
            has_dropped = True
        elif not _is_supported(tokens, i, text, stated, holds):
            _drop(token, name, lexicon)
            has_dropped = True
        elif name.areas:
            stated.append(i)
    return _join_gaps(tokens) if has_dropped else tokens  # the cut has joined its own


def _drop(token: Token, name: NameInfo, lexicon: Lexicon) -> None:
    """Take a name for unexplained characters, an ending, or an unknown name where it is long."""
    token.kind, token.name = _GAP, None
    word = lexicon.words.get(name.text)
    if word is not None and word[2] is not None:
        token.kind, token.ending = _ENDING, word[2]
    elif name.areas and not (name.places or name.is_foreign) and len(name.text) >= _LONG:
        token.kind, token.value = _UNKNOWN, _ESTATE.name  # 信津华庭, of 信津华庭社区


def _join_gaps(tokens: list[Token]) -> list[Token]:
    """Join unexplained characters, also with the unknown area that they begin."""
    joined: list[Token] = []
    for token in tokens:
        last = joined[-1] if joined else None
        if last is not None and last.kind is _GAP:
            if token.kind is _GAP:
                last.end = token.end
                continue
            if token.kind is _UNKNOWN:
                joined.pop()
                token.start = last.start
        joined.append(token)
    return joined


def _as_unknown(first: Token, last: Token, role: Role) -> Token:
    token = Token(first.start, last.end, _UNKNOWN, ending=last.ending)
    token.name = None
    token.value = role.name
    return token


def _follow_ending(out: list[Token], token: Token, after: Kind, text: str) -> Token | None:
    """Decide what an ending makes of the token before it; None leaves it a plain noun."""
    ending = token.ending
    last = out[-1] if out else None
    if last is None or ending is None:
        return None
    before = out[-2].kind if len(out) > 1 else _PUNCT
    first = last
    joins, takes_more = _joins(last, ending, before, after, text)
    if joins and takes_more and before is _GAP:
        out.pop()
        first = out[-1]
    if not joins:
        return None
    out.pop()
    return _as_unknown(first, token, ending.role)


def _joins(last: Token, ending: Ending, before: Kind, after: Kind, text: str) -> tuple[bool, bool]:
    """Tell whether an ending makes a name of the token before it, and of the gap before that."""
    if last.kind is _GAP:
        return not ending.is_weak or _is_named(before, after), False
    if last.kind in _WORDS and last.end - last.start == 1:  # 玉兰 + 望 + 超市, 城 + 中 + 东路
        is_word = text[last.start] in _FUNCTION
        return before is _GAP and not ending.is_weak and not is_word, True
    if last.kind is _CUE:
        return not ending.is_generic and not ending.is_weak and after in _PLACED, False
    if last.kind is _CHATTER:  # 凤凰 + 卫生 + 服务站
        return _joins_words(ending, before, after), True
    if last.kind is _ENDING:  # 润 + 坊 + 幼儿园
        is_middle = before is _GAP and last.ending is not None and last.ending.is_weak
        return not ending.is_weak and (is_middle or ending.role in _JOINING), is_middle
    return last.kind is _UNKNOWN, False


def _is_named(before: Kind, after: Kind) -> bool:
    """Tell whether what stands around says that a weak ending ends a name."""
    if before in _TOLD:
        return False
    if after in _OWNED or after in _PLACED or after in (_AND, _NAME):
        return True
    if before is _STRONG_CUE:
        return True
    return after is _PUNCT and before in (_NAME, _PUNCT)


def _joins_words(ending: Ending, before: Kind, after: Kind) -> bool:
    """Tell whether an ending behind a plain word makes a name of it: 建设 + 路."""
    if ending.is_generic or ending.is_weak:
        return False
    if before is _GAP or after in _OWNED or after in _PLACED or after is _AND:
        return True
    return ending.role is _ROAD and before in (_STRONG_CUE, _NAME, _PUNCT)


def join_unknown(tokens: list[Token], text: str) -> list[Token]:
    """Join unexplained characters with the endings and numbers behind them to unknown names.

    Parameters
    ----------
    tokens
        Of the heaviest cut, with unsupported names dropped.
    text
        Normalised.

    Returns
    -------
    tokens
        In which a known name with an ending of its own kind (红岭里小区) has grown by it, one with
        an ending of another kind (阳光花园幼儿园) or an extension (阳光花园二期) is followed by
        an EXTENSION, and characters that must be a name are UNKNOWN.
    """
    out: list[Token] = []
    last: Token | None = None
    for i, token in enumerate(tokens):
        if last is None:
            pass
        elif token.kind is _ENDING and token.ending is not None:
            after = _kind(tokens, i + 1)
            if last.kind is _NAME and last.name is not None:
                _grow(out, last, token, after)
                last = out[-1]
                continue
            token = _follow_ending(out, token, after, text) or token  # noqa: PLW2901 - joined
        elif last.kind is _GAP:
            if token.kind is _GAP:
                last.end = token.end
                continue
            if _needs_owner(out, tokens, i):
                out[-1] = _as_unknown(last, last, _POI)
        out.append(token)
        last = token
    for token in out:
        if token.kind is _ENDING:
            token.kind = _CHATTER
    return out


def _grow(out: list[Token], last: Token, token: Token, after: Kind) -> None:
    """Let a name take the ending behind it, or mark it as the head of a longer one."""
    ending, name = token.ending, last.name
    if ending is None or name is None:
        return
    if ending.same & name.roles and not (name.areas and not name.places and ending.is_weak):
        if last.core_end < 0:
            last.core_end = last.end
        last.end = token.end
        return
    if not name.places and _is_division(name):
        _begin_anew(out, token, after)
        return
    if not name.places:  # 红旗社区 + 服务中心
        unknown = _as_unknown(token, token, ending.role)
        unknown.start = last.start
        out[-1] = unknown
        return
    token.kind = _EXTENSION
    out.append(token)


def _is_division(name: NameInfo) -> bool:
    """Tell whether a name says by its end that it is a district: nothing grows on it."""
    return name.is_official and len(name.text) >= _SURE_LENGTH and name.text.endswith(_DIVISIONS)


def _begin_anew(out: list[Token], token: Token, after: Kind) -> None:
    """Take an ending right behind a district for the beginning of a name: 虹口区 + 江杨南路."""
    ending = token.ending
    is_end = ending is not None and (
        after is not _AT and _is_named(_NAME, after) if ending.is_weak else after not in _RUN
    )
    if ending is not None and is_end:
        token = _as_unknown(token, token, ending.role)
    else:
        token.kind = _GAP
    out.append(token)


def _needs_owner(out: list[Token], tokens: list[Token], i: int) -> bool:
    """Tell whether a number or a relation says that the characters before it are a name."""
    token, last = tokens[i], out[-1]
    if token.kind in _OWNED:
        return True
    if last.end - last.start <= 1:
        return False
    before = out[-2].kind if len(out) > 1 else _PUNCT
    if token.kind in _PLACED:
        return before not in _TOLD  # 并且 + 突然 + 下 + 坠
    is_listed = token.kind is _AND and _kind(tokens, i + 1) is _NAME
    return is_listed and before in (_NAME, _STRONG_CUE)
