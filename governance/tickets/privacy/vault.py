"""What is kept of a caller 诉求人, apart from the ticket, and the keyed digests that compare it."""

import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass, field, fields
from typing import Self

from governance.tickets.given import CallerGiven

__all__ = ["CallerRecord", "VaultKey", "known_words", "plain_phone"]

_HEX_DIGITS = 32
_KEY_ID_DIGITS = 8
_FEWEST_DIGITS, _FEWEST_LETTERS = 7, 4
_MOBILE = re.compile(r"(?:0086|86)?0?(1[3-9]\d{9})")
_NOBODY = re.compile(
    r"[0\-]*|(.)\1*|(?:无|没有|不详|未知|匿名|保密|不愿透露|空|none|null|n/?a|nan)"
)
_HIDDEN = re.compile(r"[*xX×＊●•某]{2,}|[*＊●•]")


@dataclass(frozen=True, slots=True)
class VaultKey:
    """The secret of the digests; never printed.

    Attributes
    ----------
    secret
        At least 16 bytes.
    id
        Eight letters and digits that name the key without giving it away. Digests of different
        keys cannot be compared.
    """

    secret: bytes = field(repr=False)
    id: str = field(init=False)

    def __post_init__(self) -> None:
        """Work out the name of the key."""
        digest = hmac.new(self.secret, b"xiaqu caller key", hashlib.sha256).hexdigest()
        object.__setattr__(self, "id", digest[:_KEY_ID_DIGITS])

    def digest(self, kind: str, value: str) -> str:
        """Digest a value of a kind: 32 hexadecimal digits of HMAC-SHA256; empty for nothing."""
        if not value:
            return ""
        text = f"{kind}\x1f{value}".encode()
        return hmac.new(self.secret, text, hashlib.sha256).hexdigest()[:_HEX_DIGITS]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerRecord:
    """A caller as the vault keeps it: one for each ticket, in a table of its own.

    Attributes
    ----------
    name, phone, account, id_number, email, address, enterprise
        As given; empty where unknown.
    phone_hash, account_hash, id_hash, email_hash
        Keyed digests of what was given, brought to one form (digits alone, no country code, no
        full-width letters), so that the same caller is found again without reading anybody's
        number. Empty where nothing was given, where it is a placeholder (``无``, ``00000000000``)
        or where it is masked already (``138****5678``): such values are shared by many people.
    key_id
        Which key the digests are of.
    """

    name: str = ""
    phone: str = ""
    account: str = ""
    id_number: str = ""
    email: str = ""
    address: str = ""
    enterprise: str = ""
    phone_hash: str = ""
    account_hash: str = ""
    id_hash: str = ""
    email_hash: str = ""
    key_id: str = ""

    @classmethod
    def create(cls, given: CallerGiven, key: VaultKey) -> Self:
        """Make the record of a caller.

        Parameters
        ----------
        given
            What is known.
        key
            See :func:`governance.tickets.privacy.key.read_key`.

        Notes
        -----
        Cost about 10 us.
        """
        return cls(
            name=given.name,
            phone=given.phone,
            account=given.account,
            id_number=given.id_number,
            email=given.email,
            address=given.address,
            enterprise=given.enterprise,
            phone_hash=key.digest("phone", plain_phone(given.phone)),
            account_hash=key.digest("account", _comparable(given.account)),
            id_hash=key.digest("id", _comparable(given.id_number).upper()),
            email_hash=key.digest("email", _comparable(given.email).lower()),
            key_id=key.id,
        )

    @property
    def caller_hash(self) -> str:
        """The digest that stands for the person: of phone, account, ID number or e-mail.

        The first that there is; empty where the caller cannot be told from others.
        """
        return self.phone_hash or self.account_hash or self.id_hash or self.email_hash

    def __bool__(self) -> bool:
        """Whether anything is known."""
        return any(getattr(self, one.name) for one in fields(self) if one.name != "key_id")


def plain_phone(text: str) -> str:
    """Bring a phone number to digits, without the country code of mobile phones.

    Empty for what is no number: placeholders, masked numbers, fewer than seven digits.
    """
    text = unicodedata.normalize("NFKC", text)
    if _HIDDEN.search(text):
        return ""
    digits = "".join(c for c in text if c in "0123456789")
    mobile = _MOBILE.fullmatch(digits)
    if mobile is not None:
        digits = mobile[1]
    elif digits.startswith("0086") or (text.lstrip().startswith("+86") and len(digits) > 2):  # noqa: PLR2004
        digits = "0" + digits.removeprefix("00").removeprefix("86").lstrip("0")
    if len(digits) < _FEWEST_DIGITS or len(set(digits)) == 1:
        return ""
    return digits


def known_words(caller: CallerGiven | CallerRecord | None) -> tuple[str, ...]:
    """Give the words of a caller that must not stand in any text, for :func:`mask`.

    The enterprise is not among them: its name is what the request is about.
    """
    if caller is None:
        return ()
    words = (caller.name, caller.phone, caller.account, caller.id_number, caller.email)
    return tuple(word for word in words if word and not _NOBODY.fullmatch(word.strip().lower()))


def _comparable(text: str) -> str:
    """One form for one value; empty for placeholders and for what is masked."""
    text = "".join(unicodedata.normalize("NFKC", text).split())
    if len(text) < _FEWEST_LETTERS or _NOBODY.fullmatch(text.lower()) or _HIDDEN.search(text):
        return ""
    return text
