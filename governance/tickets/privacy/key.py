"""The secret key of the vault: given as a setting, or a file of the data folder made once."""

import base64
import binascii
import os
import secrets
import stat
import tempfile
from pathlib import Path

from governance.tickets.errors import VaultKeyError
from governance.tickets.privacy.vault import VaultKey

__all__ = ["KEY_FILE", "read_key"]

KEY_FILE = "caller.key"
_SETTING = "XIAQU_CALLER_KEY"
_KEY_BYTES = 32
_FEWEST_BYTES = 16
_OWNER_ONLY = 0o600
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def read_key(given: str, data_dir: Path) -> VaultKey:
    """Give the key of the vault, making its file where there is none yet.

    Parameters
    ----------
    given
        Value of the setting: at least 16 characters; a value of 64 hexadecimal digits is read as
        32 bytes. Empty: the file ``caller.key`` of the data folder.
    data_dir
        Created if missing. The file is made once, with 32 random bytes and mode 0600; processes
        that start at the same moment agree on one key, and a crash leaves a whole file or none.

    Raises
    ------
    VaultKeyError
        The setting is too short, or the file cannot be made, cannot be read, is damaged, or can
        be read by others.

    Notes
    -----
    Several machines that share a store must be given the same key: digests of different keys
    cannot be compared, and the same caller would be two.
    """
    if given:
        return VaultKey(_from_setting(given))
    path = data_dir / KEY_FILE
    try:
        if not path.exists():
            _create(path)
        return VaultKey(_from_file(path))
    except OSError as error:
        problem = (error.strerror or str(error)).lower()
        raise VaultKeyError(str(path), f"{problem}; or set {_SETTING}") from error


def _from_setting(given: str) -> bytes:
    if len(given) == 2 * _KEY_BYTES:
        try:
            return bytes.fromhex(given)
        except ValueError:
            pass  # a phrase of that length
    secret = given.encode()
    if len(secret) < _FEWEST_BYTES:
        raise VaultKeyError(_SETTING, f"is too short; give at least {_FEWEST_BYTES} characters")
    return secret


def _from_file(path: Path) -> bytes:
    mode = stat.S_IMODE(path.stat().st_mode)
    if os.name == "posix" and mode & _OTHERS:
        problem = f"can be read by others (mode {mode:04o}); chmod 600, or set {_SETTING}"
        raise VaultKeyError(str(path), problem)
    try:
        secret = base64.b64decode(path.read_bytes().strip(), validate=True)
    except binascii.Error:
        secret = b""
    if len(secret) != _KEY_BYTES:
        problem = f"is damaged; restore it from a backup, or set {_SETTING}"
        raise VaultKeyError(str(path), problem)
    return secret


def _create(path: Path) -> None:
    """Write a new key beside the place and link it there: the first process wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # mkstemp makes files that only their owner can read.
    handle, name = tempfile.mkstemp(prefix=".caller-", dir=path.parent)
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(base64.b64encode(secrets.token_bytes(_KEY_BYTES)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        draft.chmod(_OWNER_ONLY)
        _link(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _link(draft: Path, path: Path) -> None:
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return  # another process was first
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
