"""The national tree of areas."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from boundaries.errors import NationalTreeError
from boundaries.gazetteer.national import NationalTree, read_national_tree
from geo.address.tables import Level

TREE = """浙江省\t330000\t浙江
\t舟山市\t330900\t舟山
\t\t普陀区\t330903\t普陀
\t\t\t沈家门街道
\t\t\t\t某社区
广东省\t440000\t广东
\t东莞市\t441900\t东莞
\t\t市直辖行政区划\t441900\t市直辖
\t\t\t东坑镇
湖北省\t420000\t湖北
\t襄阳市\t420600\t襄阳
"""
CHANGES = "2010-12-09\t国批\t湖北省\t湖北\t襄樊市\t襄樊=>湖北省\t襄阳市\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "china_location.txt").write_text(TREE, encoding="utf-8")
    (tmp_path / "china_location_change.txt").write_text(CHANGES, encoding="utf-8")
    return tmp_path


def _read(path: Path) -> NationalTree:
    tree = read_national_tree(path)
    assert tree is not None
    return tree


def test_areas_know_their_level_code_and_parent(folder: Path) -> None:
    tree = _read(folder)
    area = tree.by_code[Level.DISTRICT, "330903"]
    assert (area.uid, area.parent_uid) == ("cn:浙江省/舟山市/普陀区", "cn:浙江省/舟山市")
    assert area.short == "普陀"
    assert tree.areas[3].level is Level.TOWNSHIP


def test_villages_are_passed_over(folder: Path) -> None:
    assert all("某社区" not in area.path for area in _read(folder).areas)


def test_a_township_without_a_district_has_the_city_as_its_parent(folder: Path) -> None:
    (town,) = (area for area in _read(folder).areas if area.path[-1] == "东坑镇")
    assert town.level is Level.TOWNSHIP
    assert town.parent_uid == "cn:广东省/东莞市"


def test_a_former_name_ends_on_the_day_of_the_change(folder: Path) -> None:
    (old,) = _read(folder).old_names
    assert (old.uid, old.name, old.until) == ("cn:湖北省/襄阳市", "襄樊市", "2010-12-09")


def test_a_zipped_tree_reads_alike(folder: Path) -> None:
    packed = folder / "china_location.zip"
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("china_location.txt", TREE)
    assert _read(packed).areas == _read(folder / "china_location.txt").areas


@pytest.mark.parametrize(
    ("text", "words"), [("\t舟山市\n", "no area above it"), ("", "holds no area")]
)
def test_a_file_of_another_form_is_refused(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "tree.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(NationalTreeError, match=words):
        read_national_tree(path)


def test_a_folder_without_a_tree_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NationalTreeError, match=r"no china_location\.zip"):
        read_national_tree(tmp_path)


def test_the_installed_tree_is_read_without_running_its_package() -> None:
    code = (
        "import sys\n"
        "from boundaries.gazetteer.national import read_national_tree\n"
        "tree = read_national_tree()\n"
        "assert tree is not None and 'jionlp' not in sys.modules\n"
        "names = {area.uid for area in tree.areas}\n"
        "assert {'cn:上海市/上海市/普陀区', 'cn:浙江省/舟山市/普陀区'} <= names\n"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)
