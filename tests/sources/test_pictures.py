"""Folders and zips of pictures alone: what becomes an item, and what its names say of it."""

from pathlib import Path

import pytest

from r4t_demo.sources import open_source
from r4t_demo.sources.base import Record, Refusal
from r4t_demo.sources.files import FolderFiles
from r4t_demo.sources.pictures import PictureSource
from tests.sources.makers import BLUE, RED, picture, taken_in, write_files, write_zip

JPEG = picture(RED, kind="JPEG")


def only(folder: Path, files: dict) -> Record | Refusal:
    [found] = PictureSource(FolderFiles(write_files(folder, files))).records()
    return found


@pytest.mark.parametrize("name", ["a.jfif", "a.jpe", "a", "a.JPG", "a.heic", "a.avif", "a.txt", "a.b", "a.png", "v1.2"])
def test_whatever_its_name_a_picture_is_an_item(tmp_path: Path, name: str) -> None:
    found = only(tmp_path, {name: JPEG})
    assert isinstance(found, Record) and found.read_image is not None and found.read_image() == JPEG


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF", "HEIF", "GIF", "BMP", "TIFF"])
def test_a_zip_of_pictures_without_suffixes(tmp_path: Path, kind: str) -> None:
    path = write_zip(tmp_path / "shop.zip", {"hats/red": picture(RED, kind=kind), "hats/blue": picture(BLUE, kind=kind)})
    assert taken_in(path, tmp_path / "out").accepted == 2


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("README.txt", b"hats of 2023", "is no picture that can be read: use JPEG, PNG"),
        ("more.zip", b"PK\3\4" + bytes(30), "is a zip within: unpack it"),
        ("more.rar", b"Rar!\x1a\7\0", "is a RAR archive within: unpack it"),
        ("more.7z", b"7z\xbc\xaf\x27\x1c", "is a 7z archive within: unpack it"),
        ("more.tar", bytes(257) + b"ustar\0" + bytes(300), "is a tar archive within: unpack it"),
        ("empty", b"", "is no picture"),
    ],
)  # fmt: skip
def test_what_is_no_picture_has_its_sentence(tmp_path: Path, name: str, content: bytes, why: str) -> None:
    found = only(tmp_path, {name: content})
    assert isinstance(found, Refusal) and found.why.startswith(why)


@pytest.mark.parametrize(
    ("name", "title", "category"),
    [
        ("hats/red-hat_01.jpg", "red hat 01", "hats"),
        ("hats/IMG_4321.jpg", "", "hats"),
        ("DCIM/100CANON/IMG_4321.jpg", "", ""),
        ("images/red hat.jpg", "red hat", ""),
        ("hats/images/1.jpg", "", ""),
        ("5bc8fbbc-bde5-c099-4164-d8399f767c45.jpg", "", ""),
        ("Strandkleider/Strandkleid blau.jpg", "Strandkleid blau", "Strandkleider"),
        ("a.jfif", "", ""),
        ("blue dress IMG_4321.jpg", "blue dress", ""),
    ],
)
def test_names_that_say_nothing_are_neither_titles_nor_categories(tmp_path: Path, name: str, title: str, category: str) -> None:
    found = only(tmp_path, {name: JPEG})
    assert isinstance(found, Record) and (found.title, found.fallback_title, found.category) == ("", title, category)


def test_a_folder_within_one_that_says_nothing_still_names_the_kind(tmp_path: Path) -> None:
    files = {"shop/hats/images/1.jpg": JPEG, "shop/bags/images/2.jpg": JPEG, "shop/images/3.jpg": JPEG}
    records = PictureSource(FolderFiles(write_files(tmp_path, files))).records()
    assert [one.category for one in records if isinstance(one, Record)] == ["bags", "hats", ""]


def test_photos_without_words_are_taken(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "photos.zip", {f"DCIM/IMG_{i:04}.jpg": picture((i, 30, 90), (30, 30)) for i in range(4)})
    assert taken_in(path, tmp_path / "out").accepted == 4
    assert all(isinstance(one, Record) and not one.fallback_title for one in open_source(str(path)).records())
