"""The catalogue of channels, request types and kinds of callers; immutable, known by its hash."""

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any, Self

from governance.book.terms import Caller
from governance.tickets.errors import CatalogueError

__all__ = ["CallerKind", "Channel", "ChannelCatalogue", "Entry", "RequestType", "plain_word"]

_VERSION_DIGITS = 32
_DROPPED = frozenset("PSZC")  # punctuation, symbols, spaces, controls
_CALLERS = (Caller.PERSONAL.value, Caller.ENTERPRISE.value)


def plain_word(text: str) -> str:
    """Reduce a word to what counts when it is looked up.

    Width, case, spaces and punctuation do not count: ``１２３４５－电话`` is ``12345电话``.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(sign for sign in folded if unicodedata.category(sign)[0] not in _DROPPED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What channels, request types and kinds of callers have in common.

    Attributes
    ----------
    key
        Lower-case Latin; what tickets keep.
    name, name_en
        In Chinese, as shown to people, and in English.
    aliases
        Other words that sources write for it.
    note
        What is uncertain about it; empty where nothing is.
    """

    key: str
    name: str
    name_en: str
    aliases: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel(Entry):
    """A way on which requests come in.

    Attributes
    ----------
    is_online
        Whether the caller writes (互联网渠道); told apart from calls in every count.
    caller_kind
        Kind of its callers where the source does not say; empty where the channel does not tell.
    is_merged
        Whether the same request of the same caller on another channel is sought.
    is_assessed
        Whether its tickets count in the rates of the handling units.
    """

    is_online: bool = False
    caller_kind: str = ""
    is_merged: bool = True
    is_assessed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestType(Entry):
    """What a caller wants.

    Attributes
    ----------
    hides_reporter
        Whether the caller is hidden from the handling unit and the reported body (举报).
    is_urgent
        Whether it comes before all others (应急).
    is_assessed
        Whether its tickets count in the rates of the handling units.
    """

    hides_reporter: bool = False
    is_urgent: bool = False
    is_assessed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerKind(Entry):
    """A kind of caller: its key is a value of :class:`governance.book.terms.Caller`."""


class ChannelCatalogue:
    """Finds the key for the word of a source; immutable.

    Parameters
    ----------
    edition
        What the city calls it, such as ``2026.1``.
    valid_from
        First day on which it holds.
    channels, request_types, caller_kinds
        In the order in which they are shown.
    source, confidence
        Where it comes from, and how far it can be trusted; in words.

    Attributes
    ----------
    version
        Hash of everything that the catalogue says but for ``source``, ``confidence`` and notes.
        Tickets keep it.

    Raises
    ------
    CatalogueError
        A key or word stands twice within its table, a kind of caller is unknown, or a table is
        empty.

    Notes
    -----
    A word is looked up without width, case, spaces and punctuation, and as a whole: a word that
    only resembles a known one is unknown. Cost O(1) for each look-up.
    """

    def __init__(
        self,
        *,
        edition: str,
        valid_from: date,
        channels: Iterable[Channel],
        request_types: Iterable[RequestType],
        caller_kinds: Iterable[CallerKind],
        source: str = "",
        confidence: str = "",
    ) -> None:
        self.edition = edition
        self.valid_from = valid_from
        self.source = source
        self.confidence = confidence
        self.channels: Mapping[str, Channel] = {one.key: one for one in channels}
        self.request_types: Mapping[str, RequestType] = {one.key: one for one in request_types}
        self.caller_kinds: Mapping[str, CallerKind] = {one.key: one for one in caller_kinds}
        self._channel_words = _words("channel", self.channels)
        self._type_words = _words("request_type", self.request_types)
        self._caller_words = _words("caller_kind", self.caller_kinds)
        self._check_callers()
        self.version = _hash(self.to_dict())

    def __eq__(self, other: object) -> bool:
        """Whether both give the same answers; where they come from does not count."""
        return isinstance(other, ChannelCatalogue) and self.version == other.version

    def __hash__(self) -> int:
        """Hash of the version."""
        return hash(self.version)

    def __repr__(self) -> str:
        """Edition and version."""
        return f"<ChannelCatalogue {self.edition} {self.version}>"

    def channel(self, text: str) -> str:
        """Give the key of a channel for its key, name or alias; empty where unknown."""
        return self._channel_words.get(plain_word(text), "")

    def request_type(self, text: str) -> str:
        """Give the key of a request type for its key, name or alias; empty where unknown."""
        return self._type_words.get(plain_word(text), "")

    def caller_kind(self, text: str) -> str:
        """Give the key of a kind of caller for its key, name or alias; empty where unknown."""
        return self._caller_words.get(plain_word(text), "")

    def hides_reporter(self, request_type: str) -> bool:
        """Whether the callers of a request type, given by key, are hidden; False where unknown."""
        found = self.request_types.get(request_type)
        return found is not None and found.hides_reporter

    def to_dict(self) -> dict[str, Any]:
        """Give the catalogue as JSON values, as :meth:`from_dict` reads it."""
        return {
            "edition": self.edition,
            "valid_from": self.valid_from.isoformat(),
            "source": self.source,
            "confidence": self.confidence,
            "channels": [_plain(one) for one in self.channels.values()],
            "request_types": [_plain(one) for one in self.request_types.values()],
            "caller_kinds": [_plain(one) for one in self.caller_kinds.values()],
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_dict` wrote; CatalogueError where it is something else."""
        try:
            return cls(
                edition=document["edition"],
                valid_from=date.fromisoformat(document["valid_from"]),
                source=document["source"],
                confidence=document["confidence"],
                channels=[Channel(**_kept(one)) for one in document["channels"]],
                request_types=[RequestType(**_kept(one)) for one in document["request_types"]],
                caller_kinds=[CallerKind(**_kept(one)) for one in document["caller_kinds"]],
            )
        except (LookupError, TypeError, ValueError) as error:
            if isinstance(error, CatalogueError):
                raise
            problem = "is not what a kept catalogue looks like"
            raise CatalogueError("document", repr(error), problem) from error

    def _check_callers(self) -> None:
        if sorted(self.caller_kinds) != sorted(_CALLERS):
            known = ", ".join(self.caller_kinds) or "none"
            problem = f"the kinds of callers are {' and '.join(_CALLERS)}"
            raise CatalogueError("caller_kind", known, problem)
        for one in self.channels.values():
            if one.caller_kind and one.caller_kind not in self.caller_kinds:
                problem = f"no kind of caller; give one of {', '.join(_CALLERS)}"
                raise CatalogueError(f"channel.{one.key}.caller_kind", one.caller_kind, problem)


def _words(table: str, entries: Mapping[str, Entry]) -> dict[str, str]:
    if not entries:
        raise CatalogueError(table, "", f"has no entry; write [{table}.KEY] and below it name")
    words: dict[str, str] = {}
    for entry in entries.values():
        for word in (entry.key, entry.name, entry.name_en, *entry.aliases):
            plain = plain_word(word)
            if plain and words.setdefault(plain, entry.key) != entry.key:
                problem = f"means {words[plain]} already; a word can mean one only"
                raise CatalogueError(f"{table}.{entry.key}", word, problem)
    return words


def _plain(entry: Entry) -> dict[str, Any]:
    values = asdict(entry)
    values["aliases"] = list(entry.aliases)
    return values


def _kept(values: Mapping[str, Any]) -> dict[str, Any]:
    return {**values, "aliases": tuple(values["aliases"])}


def _hash(document: Mapping[str, Any]) -> str:
    said = {key: value for key, value in document.items() if key not in {"source", "confidence"}}
    for table in ("channels", "request_types", "caller_kinds"):
        said[table] = [{k: v for k, v in one.items() if k != "note"} for one in said[table]]
    text = json.dumps(said, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:_VERSION_DIGITS]


def fields_of(kind: type[Entry]) -> dict[str, str]:
    """Give the fields of an entry but its key, with their types as written."""
    return {one.name: str(one.type) for one in fields(kind) if one.name != "key"}
