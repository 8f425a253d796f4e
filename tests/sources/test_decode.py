"""Pictures of every kind, good and bad."""

import io
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from r4t_demo.errors import UserError
from r4t_demo.sources import decode as module
from r4t_demo.sources.decode import HEAD, MAX_PIXELS, SIDE, is_picture, query_image, read_query_image, thumbnail
from tests.sources.makers import BLUE, RED, encoded, half_and_half, picture, pixel, png_header, write_zip

KINDS = ["JPEG", "PNG", "WEBP", "AVIF", "HEIF", "GIF", "BMP", "TIFF"]


def near(found: np.ndarray, wanted: tuple[int, int, int], within: int = 12) -> bool:
    return bool(np.abs(found.astype(int) - np.array(wanted)).max() <= within)


def size(data: bytes) -> tuple[int, int]:
    return Image.open(io.BytesIO(data)).size


@pytest.mark.parametrize("kind", KINDS)
def test_every_format_becomes_a_small_webp(kind: str) -> None:
    small, note = thumbnail(picture(RED, (900, 600), kind))
    with Image.open(io.BytesIO(small)) as image:
        assert (image.format, image.mode, image.size) == ("WEBP", "RGB", (SIDE, SIDE * 2 // 3))
    assert near(pixel(small, 100, 100), RED)
    assert note == ""


def test_a_small_picture_keeps_its_size() -> None:
    assert size(thumbnail(picture(size=(24, 16)))[0]) == (24, 16)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_photo_stands_upright(orientation: int) -> None:
    back = {3: 180, 6: 90, 8: 270}.get(orientation)
    if back is None:
        mirrored = {2: Image.Transpose.FLIP_LEFT_RIGHT, 4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE,
                    7: Image.Transpose.TRANSVERSE}.get(orientation)  # fmt: skip
        stored = half_and_half().transpose(mirrored) if mirrored is not None else half_and_half()
    else:
        stored = half_and_half().rotate(back)
    exif = Image.Exif()
    exif[0x0112] = orientation
    small, _ = thumbnail(encoded(stored, "JPEG", exif=exif, quality=95))
    assert near(pixel(small, 16, 4), RED, 30)
    assert near(pixel(small, 16, 27), BLUE, 30)


def test_cmyk_is_ink_on_white() -> None:
    ink = Image.new("CMYK", (32, 32), (0, 0, 0, 0))
    ink.paste((255, 0, 0, 0), (0, 16, 32, 32))
    small, _ = thumbnail(encoded(ink, "JPEG", quality=95))
    assert near(pixel(small, 16, 4), (255, 255, 255))
    assert near(pixel(small, 16, 27), (0, 255, 255), 30)


@pytest.mark.parametrize(("level", "grey"), [(0, 0), (200 << 8, 200), (65535, 255)])
@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_16_bits_are_scaled_and_not_cut_off(level: int, grey: int, kind: str) -> None:
    deep = Image.fromarray(np.full((20, 20), level, np.uint16))
    assert near(pixel(thumbnail(encoded(deep, kind))[0], 10, 10), (grey, grey, grey), 3)


def test_what_is_transparent_becomes_white() -> None:
    clear = Image.new("RGBA", (32, 32), (0, 0, 0, 0))
    clear.paste((*RED, 255), (0, 16, 32, 32))
    palette = half_and_half().quantize(4)
    palette.info["transparency"] = palette.getpixel((0, 0))
    for data in (
        encoded(clear),
        encoded(clear, "WEBP", lossless=True),
        encoded(palette, "GIF", transparency=palette.getpixel((0, 0))),
    ):
        assert near(pixel(thumbnail(data)[0], 16, 4), (255, 255, 255))
        assert not near(pixel(thumbnail(data)[0], 16, 27), (255, 255, 255), 60)


def test_a_palette_keeps_its_colours() -> None:
    small, _ = thumbnail(encoded(half_and_half().quantize(4).resize((900, 900))))
    assert near(pixel(small, 100, 20), RED)
    assert near(pixel(small, 100, 300), BLUE)


def test_of_an_animation_the_first_frame_and_a_note() -> None:
    first, second = Image.new("RGB", (16, 16), RED), Image.new("RGB", (16, 16), BLUE)
    small, note = thumbnail(encoded(first, "GIF", save_all=True, append_images=[second]))
    assert near(pixel(small, 8, 8), RED)
    assert note == "has several frames: the first is used"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is an empty file"),
        (b"not a picture", "is no picture that can be read"),
        (picture()[:60], "is damaged or cut short"),
        (picture(RED, (300, 300), "JPEG")[:700], "is damaged or cut short"),
        (png_header(15_000, 10_000), "too many pixels|15,000 x 10,000 pixels"),  # 150 megapixels
        (png_header(60_000, 60_000), "has too many pixels"),
        (png_header(9_000, 9_000), f"9,000 x 9,000 pixels: at most {MAX_PIXELS // 10**6} megapixels"),
        (picture(size=(2000, 10)), "is a strip of 2,000 x 10 pixels"),
        (encoded(Image.new("F", (8, 8)), "TIFF"), "floating-point"),
    ],
)  # fmt: skip
def test_bad_pictures_have_their_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        thumbnail(data)


def test_just_the_size_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    assert size(thumbnail(picture(size=(400, 10)))[0]) == (320, 8)
    monkeypatch.setattr(module, "MAX_PIXELS", 24 * 16)
    assert size(thumbnail(picture(size=(24, 16)))[0]) == (24, 16)


PICTURES = [picture(RED, (40, 30), kind) for kind in KINDS]


@given(
    st.sampled_from(PICTURES),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=6),
    st.floats(0, 1),
)
def test_broken_bytes_are_a_picture_or_a_sentence(data: bytes, changes: list, keep: float) -> None:
    broken = bytearray(data)
    for place, value in changes:
        broken[int(place * len(broken))] = value
    try:
        small, _ = thumbnail(bytes(broken[: max(1, int(keep * len(broken)))]))
    except UserError:
        return
    assert max(size(small)) <= SIDE


@pytest.mark.parametrize("kind", KINDS)
def test_the_first_bytes_tell_a_picture(kind: str) -> None:
    assert is_picture(picture(RED, (40, 30), kind)[:HEAD])
    assert is_picture(picture(RED, (2, 2), kind)[:HEAD])


def test_a_phones_picture_is_known_by_what_it_is_compatible_with() -> None:
    assert is_picture(b"\0\0\0\x1cftypMiHB\0\0\0\0mif1MiHBheic")
    assert not is_picture(b"\0\0\0\x14ftypqt  \0\0\2\0qt  \0\0\0\x08wide")


@pytest.mark.parametrize(
    "head", [b"", b"BM is a firm; its hats are good", b"RIFF\0\0\0\0WAVE", b"title,image\na,b", b"%PDF-1.4", b"PK\3\4"]
)
def test_what_is_no_picture_does_not_begin_like_one(head: bytes) -> None:
    assert not is_picture(head)


ADOBE = ((0.6097, 0.3111, 0.0195), (0.2053, 0.6257, 0.0609), (0.1492, 0.0632, 0.7446))
P3 = ((0.5151, 0.2412, -0.0011), (0.2920, 0.6922, 0.0419), (0.1571, 0.0666, 0.7841))  # Display P3, as phones take photos


def icc(channels: str, kind: str, tags: dict[bytes, bytes], space: str = "XYZ ") -> bytes:
    """A colour profile of the least that one has."""
    text = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"test\0" + bytes(79)
    tags = {b"desc": text, b"wtpt": xyz(0.9642, 1, 0.8249)} | tags
    table, data, place = b"", b"", 128 + 4 + 12 * len(tags)
    for name, value in tags.items():
        value += bytes(-len(value) % 4)
        table += name + struct.pack(">II", place + len(data), len(value))
        data += value
    body = struct.pack(">I", len(tags)) + table + data
    head = struct.pack(">I4sI", 128 + len(body), b"test", 0x02400000) + f"{kind}{channels}{space}".encode()
    head += bytes(12) + b"acsp" + bytes(28) + struct.pack(">iii", 63190, 65536, 54061)
    return head.ljust(128, b"\0") + body


def xyz(*values: float) -> bytes:
    return b"XYZ \0\0\0\0" + b"".join(struct.pack(">i", round(value * 65536)) for value in values)


def curve(gamma: float) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(">IHH", 1, round(gamma * 256), 0)


def profile(gamma: float, channels: str = "RGB ", primaries=ADOBE) -> bytes:
    """What a camera or a screen has."""
    tags = dict(zip((b"rXYZ", b"gXYZ", b"bXYZ"), (xyz(*one) for one in primaries), strict=True))
    return icc(channels, "mntr", tags | dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve(gamma)))


def grey_profile(gamma: float) -> bytes:
    return icc("GRAY", "mntr", {b"kTRC": curve(gamma)})


def ink_profile() -> bytes:
    """A printer's, by a table: black is black, and every other ink halves the light that it meets."""
    inks = np.array(np.meshgrid(*[[0, 1]] * 4, indexing="ij")).reshape(4, -1).T
    light = 255 * (1 - inks[:, 3]) * 0.5 ** inks[:, :3].sum(1)  # L of Lab; the inks are grey
    table = bytes(value for one in light for value in (int(one), 128, 128))
    line = bytes(range(256))
    head = b"mft1\0\0\0\0" + bytes([4, 3, 2, 0]) + struct.pack(">9i", *(65536, 0, 0, 0, 65536, 0, 0, 0, 65536))
    return icc("CMYK", "prtr", {b"A2B0": head + line * 4 + table + line * 3}, "Lab ")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF", "TIFF"])
def test_a_wide_profile_becomes_srgb(kind: str) -> None:
    """Adobe RGB's (150, 190, 120) is what sRGB calls about (132, 191, 116)."""
    data = encoded(Image.new("RGB", (400, 300), (150, 190, 120)), kind, quality=98, icc_profile=profile(2.2))
    assert near(pixel(thumbnail(data)[0], 100, 100), (127, 191, 118), 6)


@pytest.mark.parametrize(
    ("mode", "stored", "profile", "shown"),
    [
        ("RGB", (150, 190, 120), profile(2.2, primaries=P3), (140, 193, 112)),
        ("RGBA", (150, 190, 120, 255), profile(2.2, primaries=P3), (140, 193, 112)),
        ("L", 128, grey_profile(1.0), (188, 188, 188)),  # half the light
        ("L", 128, grey_profile(2.2), (128, 128, 128)),
    ],
)
def test_each_kind_of_profile_becomes_srgb(mode: str, stored, profile: bytes, shown: tuple) -> None:
    data = encoded(Image.new(mode, (40, 30), stored), "PNG", icc_profile=profile)
    assert near(pixel(thumbnail(data)[0], 20, 15), shown, 5)


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_ink_is_shown_as_its_printer_prints_it(kind: str) -> None:
    """Without the profile, full cyan would be (0, 255, 255)."""
    ink = Image.new("CMYK", (40, 30), (255, 0, 0, 0))
    red, green, blue = pixel(thumbnail(encoded(ink, kind, icc_profile=ink_profile()))[0], 20, 15)
    assert 105 < red < 135 and abs(int(red) - green) < 8 and abs(int(red) - blue) < 8


def test_srgb_and_what_is_no_profile_change_nothing() -> None:
    own = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for broken in (own, b"no profile", profile(2.2)[:200], profile(2.2, "CMYK")):
        assert near(
            pixel(thumbnail(encoded(Image.new("RGB", (40, 40), (150, 190, 120)), icc_profile=broken))[0], 9, 9),
            (150, 190, 120),
            6,
        )


def test_a_decoders_complaint_shows_no_bytes() -> None:
    broken = bytearray(picture(RED, (300, 300)))
    place = broken.index(b"IDAT")
    broken[place : place + 4] = b"\xff\0\1\2"
    with pytest.raises(UserError) as told:
        thumbnail(bytes(broken))
    assert "b'" not in str(told.value) and str(told.value).isprintable()


def test_a_picture_to_ask_with_is_kept_as_a_catalogues_own_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = picture(RED, (900, 600), "JPEG")
    (tmp_path / "Rock & Roll.jpg").write_bytes(data)
    image = read_query_image(tmp_path / "Rock & Roll.jpg", "Rock & Roll.jpg")
    assert image.mode == "RGB" and image.size == (320, 213)
    assert np.array_equal(image, Image.open(io.BytesIO(thumbnail(data)[0])).convert("RGB"))
    monkeypatch.setattr(module, "MAX_ASKED", len(data) - 1)
    with pytest.raises(UserError, match="^The picture 'Rock & Roll.jpg' is larger than 0 MB: make it smaller.$"):
        read_query_image(tmp_path / "Rock & Roll.jpg", "Rock & Roll.jpg")
    with pytest.raises(UserError, match="^The picture 'gone.jpg' cannot be read: "):
        read_query_image(tmp_path / "elsewhere.jpg", "gone.jpg")
    with pytest.raises(UserError, match="^The picture has too many pixels: at most 80 megapixels are read.$"):
        query_image(png_header(30_000, 30_000))


@given(st.binary(max_size=200))
def test_any_bytes_are_a_sentence(data: bytes) -> None:
    with pytest.raises(UserError):
        thumbnail(data)


@pytest.mark.parametrize("kind", ["AVIF", "HEIF"])
@pytest.mark.parametrize("side", [9_000, 30_000])
def test_the_size_that_a_phones_picture_claims_is_judged_first(kind: str, side: int) -> None:
    data = picture(RED, (64, 64), kind).replace(struct.pack(">II", 64, 64), struct.pack(">II", side, side))
    with pytest.raises(UserError, match="pixels: at most|is no picture that can be read"):
        thumbnail(data)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "BMP"])
def test_what_is_a_picture_and_something_else_besides_is_stored_as_a_picture_alone(kind: str, tmp_path: Path) -> None:
    payload = b"<script>alert(1)</script><?php system($_GET[0]); ?>"
    packed = write_zip(tmp_path / "a.zip", {"evil.html": payload}).read_bytes()
    stored, _ = thumbnail(picture(kind=kind) + payload + packed)
    assert payload not in stored and b"script" not in stored and b"PK\x03\x04" not in stored
    with Image.open(io.BytesIO(stored)) as image:
        assert image.format == "WEBP"


@pytest.mark.parametrize(
    "head", [b"%PDF-1.7\n", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<!DOCTYPE html>", b"#!/bin/sh\n", b"PK\x03\x04"]
)
def test_what_begins_as_something_else_is_no_picture(head: bytes) -> None:
    with pytest.raises(UserError):
        thumbnail(head + picture())
