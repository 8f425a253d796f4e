"""Pictures of every kind, good and bad."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from r4t_demo.errors import UserError
from r4t_demo.sources import decode as module
from r4t_demo.sources.decode import MAX_PIXELS, SIDE, thumbnail
from tests.sources.makers import BLUE, RED, encoded, half_and_half, picture, pixel, png_header


def near(found: np.ndarray, wanted: tuple[int, int, int], within: int = 12) -> bool:
    return bool(np.abs(found.astype(int) - np.array(wanted)).max() <= within)


def size(data: bytes) -> tuple[int, int]:
    return Image.open(io.BytesIO(data)).size


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
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


KINDS = [picture(RED, (40, 30), kind) for kind in ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")]


@given(
    st.sampled_from(KINDS),
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


@given(st.binary(max_size=200))
def test_any_bytes_are_a_sentence(data: bytes) -> None:
    with pytest.raises(UserError):
        thumbnail(data)
