"""What the names of a city end in, learned from the names themselves.

An ending (里, 花园, 小学) is a piece that stands at the end of many names after many different
characters. By it a stretch of text is recognised as a name that the gazetteer may not have.
"""

from collections import Counter, defaultdict

from geo.address.tables import Role

__all__ = ["learn_endings"]

_LONGEST = 4
_LEAST_NAMES = 3
_LEAST_SHARE = 2e-4  # of all names
_LEAST_BEFORE = 3  # different characters before it
_LEAST_LIFT = 3.0  # how much more often its first character stands there than anywhere
_LEAST_PART = 0.02  # of the names with the ending that is one character shorter
_MOSTLY = 0.5


def learn_endings(names: dict[str, Role]) -> dict[str, tuple[Role, int]]:
    """Find the frequent endings of names.

    Parameters
    ----------
    names
        Normalised main names, each with the role of what bears it.

    Returns
    -------
    endings
        Of one to four characters, each with the role that most of its names have and the number
        of different names; those with digits, Latin letters or marks are left out. Cost O(n).
    """
    counts: dict[str, dict[Role, int]] = defaultdict(lambda: defaultdict(int))
    before: dict[str, set[str]] = defaultdict(set)
    for name, role in names.items():
        for length in range(1, min(_LONGEST, len(name) - 1) + 1):
            ending = name[-length:]
            if not ("\u3400" <= ending[0] <= "\u9fff"):
                break
            counts[ending][role] += 1
            before[ending].add(name[-length - 1])
    least = max(_LEAST_NAMES, _LEAST_SHARE * len(names))
    anywhere = Counter(character for name in names for character in name)
    n_anywhere = sum(anywhere.values())
    found: dict[str, tuple[Role, int]] = {}
    for ending in sorted(counts, key=len):
        by_role = counts[ending]
        total = sum(by_role.values())
        if total < least or len(before[ending]) < _LEAST_BEFORE:
            continue
        if len(ending) > 1:
            # 日村 is frequent where 村 is, by chance; 新村 is more frequent than chance, and 儿园
            # is hardly an ending but what comes before it is nearly always the same.
            part = total / sum(counts[ending[1:]].values())
            by_chance = anywhere[ending[0]] / n_anywhere
            least_part = max(_LEAST_PART, _LEAST_LIFT * by_chance)
            if part < (least_part if ending[1:] in found else _MOSTLY):
                continue
        role = max(by_role, key=lambda one: (by_role[one], -one))
        found[ending] = (role, total)
    return dict(sorted(found.items(), key=lambda item: (-item[1][1], item[0])))
