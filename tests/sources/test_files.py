"""Folders and zips: what may be read of them."""

import io
import random
import stat
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r4t_demo.errors import UserError
from r4t_demo.sources import files as module
from r4t_demo.sources.base import Refusal
from r4t_demo.sources.files import FolderFiles, ZipFiles, inside, read, shown
from r4t_demo.train.tune.archive import is_export
from tests.sources.makers import write_files, write_zip

FILES = {"b.txt": b"two", "hats/a.txt": b"one", ".DS_Store": b"x", "__MACOSX/hats/._a.txt": b"x"}
OUTSIDE = ["../a", "hats/../../a", "/etc/passwd", "C:\\a", "c:a", "\\\\server\\a", "..\\a", ""]


@pytest.fixture(params=["folder", "zip"])
def files(request: pytest.FixtureRequest, tmp_path: Path):
    if request.param == "zip":
        return ZipFiles(write_zip(tmp_path / "files.zip", FILES))
    return FolderFiles(write_files(tmp_path / "files", FILES))


def test_names_are_in_order_without_hidden_ones(files) -> None:
    assert files.names() == ["b.txt", "hats/a.txt"]
    assert read(files, "hats/a.txt") == b"one"


def test_a_name_that_no_report_can_hold_is_refused(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.txt": b"x", "b\udcff.txt": b"y"})
    assert FolderFiles(tmp_path).names() == ["a.txt", Refusal("'b\\udcff.txt'", "has a name with unreadable signs: rename it")]


@pytest.mark.parametrize("name", OUTSIDE)
def test_no_name_leads_outside(files, name: str) -> None:
    with pytest.raises(UserError, match="leads outside the folder"):
        read(files, name)


def test_a_missing_file_is_named(files) -> None:
    with pytest.raises(UserError, match="'hats/c.txt' is not in the"):
        read(files, "hats/c.txt")


def test_a_link_out_of_a_folder_is_not_followed_by_name(tmp_path: Path) -> None:
    write_files(tmp_path, {"secret.txt": b"x", "shop/a.txt": b"y"})
    (tmp_path / "shop" / "way.txt").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(UserError, match=r"'way\.txt' leads outside"):
        read(FolderFiles(tmp_path / "shop"), "way.txt")


def test_a_large_file_is_not_read(files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_FILE", 2)
    with pytest.raises(UserError, match="larger than|would unpack to"):
        read(files, "b.txt")


def test_a_large_file_is_told_with_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_FILE", 2 * 2**20)
    large = {"a.txt": random.Random(0).randbytes(3 * 2**20)}
    with pytest.raises(UserError, match="'a.txt' is larger than 2 MB"):
        read(FolderFiles(write_files(tmp_path / "files", large)), "a.txt")
    with pytest.raises(UserError, match="'a.txt' would unpack to 3 MB; at most 2 MB are read"):
        read(ZipFiles(write_zip(tmp_path / "files.zip", large)), "a.txt")


def test_a_name_of_any_letters_is_read(tmp_path: Path) -> None:
    files = ZipFiles(write_zip(tmp_path / "files.zip", {"Hüte/шляпа.txt": b"hat"}))
    assert files.names() == ["Hüte/шляпа.txt"] and read(files, "Hüte/шляпа.txt") == b"hat"


def test_a_file_of_just_the_size_is_read(files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_FILE", 3)
    assert read(files, "b.txt") == b"two"


def zipped(path: Path, change) -> ZipFiles:
    """A zip of a good file and one that ``change`` has made strange."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", b"good")
        entry = zipfile.ZipInfo("b.txt")
        entry.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(entry, change(entry) or b"strange")
    return ZipFiles(path)


def climbing(entry: zipfile.ZipInfo) -> None:
    entry.filename = "../b.txt"


def absolute(entry: zipfile.ZipInfo) -> None:
    entry.filename = "/b.txt"


def link(entry: zipfile.ZipInfo) -> bytes:
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return b"/etc/passwd"


def bomb(entry: zipfile.ZipInfo) -> bytes:
    return bytes(20 * 2**20)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (climbing, "has a name that leads outside"),
        (absolute, "has a name that leads outside"),
        (link, "is a link"),
        (bomb, "would unpack to 1,0"),
    ],
)
def test_strange_entries_are_refused_and_the_rest_is_kept(tmp_path: Path, change, why: str) -> None:
    files = zipped(tmp_path / "strange.zip", change)
    good, refused = sorted(files.names(), key=lambda name: isinstance(name, Refusal))
    assert read(files, good) == b"good"
    assert why in refused.why
    with pytest.raises(UserError):
        read(files, refused.where)


def test_a_whole_zip_may_not_unpack_to_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_zip(tmp_path / "files.zip", {f"{i}.txt": b"x" * 100 for i in range(10)})
    monkeypatch.setattr(module, "MAX_TOTAL", 999)
    with pytest.raises(UserError, match="would unpack to"):
        ZipFiles(path)
    monkeypatch.setattr(module, "MAX_ENTRIES", 9)
    with pytest.raises(UserError, match="holds 10 files; at most 9"):
        ZipFiles(path)


def test_a_zip_of_just_the_size_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_zip(tmp_path / "files.zip", {f"{i}.txt": b"x" * 100 for i in range(10)})
    monkeypatch.setattr(module, "MAX_TOTAL", 1000)
    monkeypatch.setattr(module, "MAX_ENTRIES", 10)
    assert len(ZipFiles(path).names()) == 10


def test_what_packs_well_is_no_bomb(tmp_path: Path) -> None:
    """A small plain picture by any ratio, and a large one by a ratio that pictures have."""
    small, large = bytes(7 * 2**20), random.Random(0).randbytes(90_000) + bytes(9 * 2**20)
    files = ZipFiles(write_zip(tmp_path / "plain.zip", {"a.bmp": small, "b.bmp": large}))
    assert files.names() == ["a.bmp", "b.bmp"]
    assert read(files, "a.bmp") == small


def test_an_encrypted_file_is_refused(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "secret.zip", {"a.txt": b"secret"})
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    assert ZipFiles(path).names() == [Refusal("a.txt", "is encrypted")]


def test_a_file_whose_header_lies_is_not_read_on(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "lie.zip", {"a.txt": b"x" * 5000})
    data = bytearray(path.read_bytes())
    central = data.index(b"PK\x01\x02")
    data[central + 24 : central + 28] = (10).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(UserError, match=r"'a\.txt' is damaged"):
        read(ZipFiles(path), "a.txt")


def packed_by_others(path: Path, *names: bytes | str) -> ZipFiles:
    """A zip whose names are raw bytes without the flag for UTF-8, or texts as given."""
    stand_in = {f"@{i:03}".ljust(len(name), "@"): name for i, name in enumerate(names) if isinstance(name, bytes)}
    with zipfile.ZipFile(path, "w") as packed:
        for name in [*stand_in, *(name for name in names if isinstance(name, str))]:
            packed.writestr(name, b"one")
    data = path.read_bytes()
    for name, raw in stand_in.items():
        data = data.replace(name.encode(), raw)
    path.write_bytes(data)
    return ZipFiles(path)


@pytest.mark.parametrize(
    ("page", "name"),
    [("cp437", "Hüte/größe.jpg"), ("cp850", "São João.jpg"), ("cp1252", "chapeau été.jpg"), ("cp866", "шляпа.jpg"),
     ("cp932", "赤いドレス.jpg"), ("cp932", "帽子.jpg"), ("gbk", "红色连衣裙.jpg"),
     ("big5", "紅色連衣裙.jpg"), ("cp949", "빨간 드레스.jpg"),
     ("cp852", "żółta sukienka.jpg"), ("cp737", "καπέλο.jpg"), ("utf-8", "Hüte/шляпа帽子.jpg")],
)  # fmt: skip
def test_names_without_a_flag_are_read_in_their_packers_page(tmp_path: Path, page: str, name: str) -> None:
    files = packed_by_others(tmp_path / "old.zip", name.encode(page))
    assert files.names() == [name] and read(files, name) == b"one"


def test_a_zip_made_on_windows_has_folders(tmp_path: Path) -> None:
    files = packed_by_others(
        tmp_path / "windows.zip", b"images\\a.txt", b"images\\Thumbs.db", b"__MACOSX\\a.txt", b".\\b.txt", "x//./c.txt"
    )
    assert files.names() == ["b.txt", "images/a.txt", "x/c.txt"] and read(files, "x/c.txt") == b"one"
    assert read(files, "images/a.txt") == read(files, "images\\a.txt") == b"one"


@pytest.mark.parametrize(
    "name", ["..\\b.txt", "images\\..\\..\\b.txt", "C:\\b.txt", "c:b.txt", "\\b.txt", "\\\\server\\b.txt", "./../b.txt"]
)
def test_a_name_that_leads_outside_once_it_is_normal_is_refused(tmp_path: Path, name: str) -> None:
    files = packed_by_others(tmp_path / "climbing.zip", name.encode(), "a.txt")
    [refused] = [one for one in files.names() if isinstance(one, Refusal)]
    assert refused.why == "has a name that leads outside the folder"
    assert "a.txt" in files.names()


def test_names_that_become_one_are_refused_but_for_the_first(tmp_path: Path) -> None:
    files = packed_by_others(tmp_path / "twice.zip", "images/a.txt", b"images\\a.txt", "Hu\u0308te.txt", "Hüte.txt")
    assert [one for one in files.names() if isinstance(one, str)] == ["Hüte.txt", "images/a.txt"]
    refused = [one for one in files.names() if isinstance(one, Refusal)]
    assert refused == [Refusal("Hüte.txt", "stands twice in the zip"), Refusal("images/a.txt", "stands twice in the zip")]


def test_a_macs_names_are_one_with_others(tmp_path: Path) -> None:
    files = FolderFiles(write_files(tmp_path, {"Hu\u0308te/a.txt": b"one"}))
    assert files.names() == ["Hüte/a.txt"] and read(files, "Hüte/a.txt") == b"one"
    assert files.identity_of("Hüte/a.txt")[1] == 3


UNUSUAL = ["Shot at 3.02\u202fPM.txt", "می\u200cخواهم.txt", "👗🏽‍♀️.txt", "a\u00a0b.txt"]


@pytest.mark.parametrize("name", UNUSUAL)
def test_signs_that_are_no_letters_are_taken(tmp_path: Path, name: str) -> None:
    for files in (FolderFiles(write_files(tmp_path / "files", {name: b"x"})), packed_by_others(tmp_path / "files.zip", name)):
        assert files.names() == [name] and read(files, name) in (b"x", b"one")


def test_signs_that_steer_a_terminal_are_not_shown(tmp_path: Path) -> None:
    for files in (
        FolderFiles(write_files(tmp_path / "files", {"a\x1b[2J.txt": b"x"})),
        packed_by_others(tmp_path / "a.zip", "a\x1b[2J.txt"),
    ):
        assert files.names() == [Refusal("'a\\x1b[2J.txt'", "has a name with unreadable signs: rename it")]
        with pytest.raises(UserError) as told:
            read(files, "../\x1b[2J.txt")
        assert str(told.value).isprintable()


@pytest.mark.parametrize(
    ("start", "kind"), [(b"Rar!\x1a\7\0", "a RAR"), (b"7z\xbc\xaf\x27\x1c", "a 7z"), (b"\x1f\x8b\x08", "a gzip")]
)
def test_another_archive_that_is_called_a_zip_is_named(tmp_path: Path, start: bytes, kind: str) -> None:
    (tmp_path / "shop.zip").write_bytes(start + bytes(600))
    with pytest.raises(UserError, match=f"is {kind} archive and no zip"):
        ZipFiles(tmp_path / "shop.zip")


@given(
    st.lists(
        st.one_of(st.text(min_size=1, max_size=12), st.sampled_from(["..\\a", "a\\..\\b", "C:\\a", "/a", "\\a"])),
        min_size=1,
        max_size=6,
    )
)
def test_every_name_of_a_zip_is_inside_or_refused(tmp_path_factory, names: list[str]) -> None:
    path = tmp_path_factory.getbasetemp() / "any.zip"
    with zipfile.ZipFile(path, "w") as packed:
        for name in dict.fromkeys(names):
            with suppress(UnicodeEncodeError):
                packed.writestr(name, b"one")
    for name in ZipFiles(path).names():
        if isinstance(name, str):
            inside(name)
        else:
            assert shown(name.where) == name.where


def test_a_zip_that_is_cut_short_is_told_from_what_is_none(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "shop.zip", FILES)
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(UserError, match="is a zip that is damaged or cut short"):
        ZipFiles(path)
    path.write_bytes(b"title,image")
    with pytest.raises(UserError, match="is not a readable zip"):
        ZipFiles(path)


def packed_with(method: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as packed:
        packed.writestr("hats/a.txt", b"one" * 40)
        packed.writestr("b.txt", b"two")
    return out.getvalue()


ZIPS = [packed_with(method) for method in (zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)]


@given(
    st.sampled_from(ZIPS),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=5),
    st.floats(0, 1),
)
def test_a_broken_zip_is_files_or_sentences(tmp_path_factory, whole: bytes, changes: list, keep: float) -> None:
    data = bytearray(whole)
    for place, value in changes:
        data[int(place * len(data))] = value
    path = tmp_path_factory.getbasetemp() / "broken.zip"
    path.write_bytes(data[: int(keep * len(data)) if keep < 0.5 else len(data)])
    assert not is_export(path)
    assert not any("b'" in sentence for sentence in sentences(path))


def sentences(path: Path) -> list[str]:
    """What is told about a zip and each of its files."""
    try:
        files = ZipFiles(path)
    except UserError as error:
        return [str(error)]
    told = [name.why for name in files.names() if isinstance(name, Refusal)]
    for name in files.names():
        if isinstance(name, str):
            try:
                assert isinstance(read(files, name), bytes)
            except UserError as error:
                told.append(str(error))
    return told


@pytest.mark.parametrize("whole", ZIPS)
def test_damaged_contents_are_named_without_their_bytes(tmp_path: Path, whole: bytes) -> None:
    place = whole.index(b"hats/a.txt")
    for i, change in enumerate([(place, b"bats"), (place + 10, bytes(12)), (place + 10, b"\xff" * 12)]):
        path = tmp_path / f"{i}.zip"
        path.write_bytes(whole[: change[0]] + change[1] + whole[change[0] + len(change[1]) :])
        with pytest.raises(UserError, match=r"'hats/a\.txt' (is damaged|cannot be unpacked)") as told:
            read(ZipFiles(path), "hats/a.txt")
        assert "b'" not in str(told.value)


@given(st.text())
def test_a_name_that_passes_stays_inside(name: str) -> None:
    try:
        inside(name)
    except UserError:
        return
    assert Path("/shop", name).is_relative_to("/shop")
    assert ".." not in Path(name).parts
