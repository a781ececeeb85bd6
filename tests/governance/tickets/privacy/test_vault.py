"""What is kept of a caller: records, digests and the key."""

import multiprocessing
import os
import stat
from pathlib import Path

import pytest

from governance.tickets.errors import VaultKeyError
from governance.tickets.given import CallerGiven
from governance.tickets.privacy.key import KEY_FILE, read_key
from governance.tickets.privacy.vault import CallerRecord, VaultKey, known_words, plain_phone

KEY = VaultKey(b"a secret of the tests")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("13812345678", "+86 138-1234-5678"),
        ("13812345678", "１３８１２３４５６７８"),
        ("13812345678", "8613812345678"),
        ("010-62345678", "+86 10 6234 5678"),
        ("010-62345678", "(010)62345678"),
    ],
)
def test_one_number_has_one_digest_however_it_is_written(one: str, other: str) -> None:
    first = CallerRecord.create(CallerGiven(phone=one), KEY)
    second = CallerRecord.create(CallerGiven(phone=other), KEY)
    assert first.phone_hash == second.phone_hash != ""
    assert first.phone == one


@pytest.mark.parametrize("phone", ["", "无", "138****5678", "00000000000", "12345", "138XXXX5678"])
def test_what_many_people_share_has_no_digest(phone: str) -> None:
    assert plain_phone(phone) == ""
    assert CallerRecord.create(CallerGiven(phone=phone), KEY).phone_hash == ""


def test_digests_tell_kinds_and_keys_apart() -> None:
    given = CallerGiven(phone="13812345678", account="13812345678", id_number="11010519850312432x")
    record = CallerRecord.create(given, KEY)
    assert record.phone_hash != record.account_hash
    upper = CallerRecord.create(CallerGiven(id_number="11010519850312432X"), KEY)
    assert record.id_hash == upper.id_hash
    other = CallerRecord.create(given, VaultKey(b"another secret of tests"))
    assert other.phone_hash != record.phone_hash
    assert other.key_id != record.key_id
    assert "13812345678" not in record.phone_hash


def test_the_digest_of_the_person_takes_the_phone_first() -> None:
    by_account = CallerRecord.create(CallerGiven(account="wx_abc"), KEY)
    assert by_account.caller_hash == by_account.account_hash != ""
    both = CallerRecord.create(CallerGiven(account="wx_abc", phone="13812345678"), KEY)
    assert both.caller_hash == both.phone_hash
    nobody = CallerRecord.create(CallerGiven(name="匿名", account="匿名"), KEY)
    assert nobody.caller_hash == ""
    assert nobody
    assert not CallerRecord.create(CallerGiven(), KEY)


def test_known_words_leave_out_placeholders_and_the_enterprise() -> None:
    given = CallerGiven(
        name="张建国", phone="无", account="--", enterprise="红岭商行", email="a@b.cn"
    )
    assert known_words(given) == ("张建国", "a@b.cn")
    assert known_words(None) == ()


def test_the_key_is_never_printed() -> None:
    assert "secret" not in repr(KEY)


def test_the_key_file_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    key = read_key("", folder)
    path = folder / KEY_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_key("", folder) == key
    assert [file.name for file in folder.iterdir()] == [KEY_FILE]


def _key_id(folder: Path) -> str:
    return read_key("", folder).id


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        ids = set(pool.map(_key_id, [tmp_path] * 12))
    assert len(ids) == 1


def test_a_setting_goes_before_the_file(tmp_path: Path) -> None:
    assert read_key("a phrase of some length", tmp_path).secret == b"a phrase of some length"
    assert read_key("0f" * 32, tmp_path).secret == b"\x0f" * 32
    assert read_key("zz" * 32, tmp_path).secret == b"zz" * 32
    assert list(tmp_path.iterdir()) == []


def test_a_short_setting_is_refused_without_repeating_it(tmp_path: Path) -> None:
    with pytest.raises(VaultKeyError, match="too short") as caught:
        read_key("hunter2", tmp_path)
    assert "hunter2" not in str(caught.value)


@pytest.mark.skipif(os.name != "posix", reason="modes of files are of POSIX")
def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    read_key("", tmp_path)
    (tmp_path / KEY_FILE).chmod(0o644)
    with pytest.raises(VaultKeyError, match="mode 0644"):
        read_key("", tmp_path)


@pytest.mark.parametrize("content", [b"", b"not base64!", b"YWJj\n"])
def test_a_damaged_key_is_refused_and_not_replaced(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / KEY_FILE
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(VaultKeyError, match="damaged"):
        read_key("", tmp_path)
    assert path.read_bytes() == content


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(VaultKeyError, match="file"):
        read_key("", tmp_path / "file")
