"""Finding what looks like a name and is none that the gazetteer has."""

from collections.abc import Callable

from geo.address.lexicon import Ending, Kind
from geo.address.tables import Role
from geo.address.tokens import NameInfo, Token

__all__ = ["Holds", "drop_unsupported", "join_unknown"]

Holds = Callable[[tuple[int, ...], tuple[int, ...]], bool]
"""Whether some of the areas hold some of the entities."""

_OWNED = frozenset((Kind.BUILDING, Kind.DOOR, Kind.GATE, Kind.EXTENSION))
_PLACED = frozenset((Kind.NEAR, Kind.OPPOSITE, Kind.AT, Kind.CROSSING))
_OPEN_LEFT = frozenset((Kind.CUE, Kind.STRONG_CUE, Kind.PUNCT, Kind.PERSONAL))
_JOINING = frozenset((Role.ROAD, Role.ESTATE))
_SURE_LENGTH = 3
_FUNCTION = frozenset("的在是了到去于有从和与及或对向往至由就这那该本")


def _kind(tokens: list[Token], i: int) -> Kind:
    return tokens[i].kind if 0 <= i < len(tokens) else Kind.PUNCT


def _is_supported(tokens: list[Token], i: int, holds: Holds) -> bool:
    """Tell whether a weak name has enough around it to be believed."""
    name = tokens[i].name
    if name is None or not name.is_weak:
        return True
    before, after = _kind(tokens, i - 1), _kind(tokens, i + 1)
    following = tokens[i + 1].name if i + 1 < len(tokens) else None
    held = () if following is None or following is name else following.entities
    if held and name.areas and holds(name.areas, held):
        return True
    if name.is_foreign or Kind.GAP in (before, after):
        return False
    if after in _OWNED:
        return bool(name.places)
    return _is_introduced(tokens, i, name, holds)


def _is_introduced(tokens: list[Token], i: int, name: NameInfo, holds: Holds) -> bool:
    """Tell whether a weak name with no number behind it stands where a name may."""
    before, after = _kind(tokens, i - 1), _kind(tokens, i + 1)
    if after is Kind.ENDING:
        ending = tokens[i + 1].ending
        return ending is not None and bool(ending.same & name.roles)
    if before is Kind.NAME:
        holder = tokens[i - 1].name
        return holder is not None and holds(holder.areas, name.entities)
    if before is Kind.STRONG_CUE or after in _PLACED:
        return True
    return len(name.text) >= _SURE_LENGTH and before in _OPEN_LEFT


def drop_unsupported(tokens: list[Token], holds: Holds) -> list[Token]:
    """Turn weak names that nothing supports into unexplained characters.

    Parameters
    ----------
    tokens
        As cut; changed in place.
    holds
        Whether some of the areas hold some of the entities.

    Returns
    -------
    tokens
        With runs of unexplained characters joined.
    """
    for i, token in enumerate(tokens):
        if token.kind is Kind.NAME and not _is_supported(tokens, i, holds):
            token.kind, token.name = Kind.GAP, None
    joined: list[Token] = []
    for token in tokens:
        if token.kind is Kind.GAP and joined and joined[-1].kind is Kind.GAP:
            joined[-1].end = token.end
        else:
            joined.append(token)
    return joined


def _as_unknown(first: Token, last: Token, role: Role) -> Token:
    token = Token(first.start, last.end, Kind.UNKNOWN, ending=last.ending)
    token.name = None
    token.value = role.name
    return token


def _follow_ending(out: list[Token], token: Token, after: Kind, text: str) -> Token | None:
    """Decide what an ending makes of the token before it; None leaves it a plain noun."""
    ending = token.ending
    last = out[-1] if out else None
    if last is None or ending is None:
        return None
    before = out[-2].kind if len(out) > 1 else Kind.PUNCT
    first = last
    if last.kind is Kind.GAP:
        joins = not ending.is_weak or _is_named(before, after)
    elif last.kind is Kind.CUE and last.end - last.start == 1:
        joins = before is Kind.GAP and not ending.is_weak and text[last.start] not in _FUNCTION
        if joins:  # 玉兰 + 望 + 超市
            out.pop()
            first = out[-1]
    elif last.kind is Kind.CUE:
        joins = not ending.is_generic and not ending.is_weak and after in _PLACED
    elif last.kind is Kind.CHATTER:
        joins = _joins_words(ending, before, after)
        if joins and before is Kind.GAP:  # 凤凰 + 卫生 + 服务站
            out.pop()
            first = out[-1]
    elif last.kind is Kind.ENDING:
        joins = not ending.is_weak and ending.role in _JOINING
    else:
        joins = last.kind is Kind.UNKNOWN
    if not joins:
        return None
    out.pop()
    return _as_unknown(first, token, ending.role)


def _is_named(before: Kind, after: Kind) -> bool:
    """Tell whether what stands around says that a weak ending ends a name."""
    if after in _OWNED or after in _PLACED or after in (Kind.AND, Kind.NAME):
        return True
    if before is Kind.STRONG_CUE:
        return True
    return after is Kind.PUNCT and before in (Kind.NAME, Kind.PUNCT)


def _joins_words(ending: Ending, before: Kind, after: Kind) -> bool:
    """Tell whether an ending behind a plain word makes a name of it: 建设 + 路."""
    if ending.is_generic or ending.is_weak:
        return False
    if before is Kind.GAP or after in _OWNED or after in _PLACED or after is Kind.AND:
        return True
    return ending.role is Role.ROAD and before in (Kind.STRONG_CUE, Kind.NAME, Kind.PUNCT)


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
    for i, token in enumerate(tokens):
        after = _kind(tokens, i + 1)
        last = out[-1] if out else None
        if token.kind is Kind.ENDING and last is not None and token.ending is not None:
            if last.kind is Kind.NAME and last.name is not None:
                _grow(out, last, token)
                continue
            unknown = _follow_ending(out, token, after, text)
            if unknown is not None:
                out.append(unknown)
                continue
        elif last is not None and last.kind is Kind.GAP and _needs_owner(out, token):
            out[-1] = _as_unknown(last, last, Role.POI)
        out.append(token)
    for token in out:
        if token.kind is Kind.ENDING:
            token.kind = Kind.CHATTER
    return out


def _grow(out: list[Token], last: Token, token: Token) -> None:
    """Let a name take the ending behind it, or mark it as the head of a longer one."""
    ending, name = token.ending, last.name
    if ending is None or name is None:
        return
    if ending.same & name.roles and not (name.areas and not name.places and ending.is_weak):
        if last.core_end < 0:
            last.core_end = last.end
        last.end = token.end
        return
    if not name.places:  # 红旗社区 + 服务中心
        unknown = _as_unknown(token, token, ending.role)
        unknown.start = last.start
        out[-1] = unknown
        return
    token.kind = Kind.EXTENSION
    out.append(token)


def _needs_owner(out: list[Token], token: Token) -> bool:
    """Tell whether a number or a relation says that the characters before it are a name."""
    last = out[-1]
    if token.kind in _OWNED:
        return True
    return token.kind in _PLACED and last.end - last.start > 1
