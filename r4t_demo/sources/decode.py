"""Any picture a shop may have, safely: upright, sRGB, on white, small. Nothing is decoded before its header is judged.

What kind a picture is, its first bytes tell, whatever its name.
"""

import io
import warnings
from functools import lru_cache
from pathlib import Path

import numpy as np
import pillow_heif
from PIL import Image, ImageCms, ImageOps

from r4t_demo.errors import UserError, reason

FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "HEIF", "GIF", "BMP", "TIFF")
KINDS = "JPEG, PNG, WebP, AVIF, HEIC, GIF, BMP or TIFF"
HEAD = 32  # bytes of a file by which it is known as a picture
MAX_PIXELS = 80_000_000
MAX_ASKED = 20 * 2**20  # bytes of a picture that somebody asks with
MAX_ASPECT = 40  # a thinner strip would lose its short side in a model's input
SIDE = 320  # pixels, the longer side of a stored picture
QUALITY, METHOD = 80, 2  # WebP; a slower method saves a few percent of the bytes

_SRGB = ImageCms.createProfile("sRGB")
_SIGNS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_BRANDS = (b"avif", b"avis", b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")  # of AVIF and HEIC

pillow_heif.register_heif_opener(thumbnails=False)
# Pillow only warns of pictures up to twice its limit; here that is an error like the one it raises beyond.
warnings.simplefilter("error", Image.DecompressionBombWarning)


def is_picture(head: bytes) -> bool:
    """Whether a file that begins with ``head``, HEAD bytes, claims to be of one of FORMATS."""
    if head.startswith(_SIGNS) or head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return True
    if head[4:8] == b"ftyp":
        return any(head[at : at + 4] in _BRANDS for at in (8, *range(16, HEAD, 4)))  # its own, and what it is compatible with
    return head[:2] == b"BM" and head[6:10] == bytes(4) and head[15:18] == bytes(3)


def thumbnail(data: bytes) -> tuple[bytes, str]:
    """Return a picture as WebP of at most SIDE x SIDE pixels, and a note where something of it was left out ("" otherwise).

    UserError, a sentence's end, for what is no picture, is damaged, or has more than MAX_PIXELS pixels.
    """
    if not data:
        raise UserError("is an empty file")
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            _judge(image.size)
            animated = getattr(image, "is_animated", False) and image.format not in ("MPO", "HEIF")  # phones' further views
            note = "has several frames: the first is used" if animated else ""
            small = _upright_rgb(image)
    except UserError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UserError(f"has too many pixels: at most {MAX_PIXELS // 10**6} megapixels are read") from error
    except Image.UnidentifiedImageError as error:
        raise UserError(f"is no picture that can be read: use {KINDS}") from error
    except Exception as error:  # Pillow's decoders raise nearly anything on broken bytes
        raise UserError(f"is damaged or cut short{reason(error)}") from error
    packed = io.BytesIO()
    small.save(packed, "WEBP", quality=QUALITY, method=METHOD)
    return packed.getvalue(), note


def read_query_image(path: Path, name: str) -> Image.Image:
    """The picture in a file, to ask with; ``name`` is what a sentence calls the file."""
    try:
        with path.open("rb") as file:
            return query_image(file.read(MAX_ASKED + 1), f" '{name}'")
    except OSError as error:
        raise UserError(f"The picture '{name}' cannot be read: {error.strerror}.") from error


def query_image(data: bytes, name: str = "") -> Image.Image:
    """A picture to ask with, RGB, as a catalogue's own are kept: the encoder sees both alike. UserError as of ``thumbnail``."""
    try:
        if len(data) > MAX_ASKED:
            raise UserError(f"is larger than {MAX_ASKED // 2**20} MB: make it smaller")
        return Image.open(io.BytesIO(thumbnail(data)[0])).convert("RGB")
    except UserError as error:
        raise UserError(f"The picture{name} {error}.") from error


def _judge(size: tuple[int, int]) -> None:
    width, height = size
    if width * height > MAX_PIXELS:
        raise UserError(f"has {width:,} x {height:,} pixels: at most {MAX_PIXELS // 10**6} megapixels are read")
    if max(size) > MAX_ASPECT * min(size):
        raise UserError(f"is a strip of {width:,} x {height:,} pixels: at most {MAX_ASPECT} times as long as wide are read")


def _upright_rgb(image: Image.Image) -> Image.Image:
    """The first frame, at most SIDE x SIDE, turned as its camera says, sRGB; what is transparent becomes white."""
    frame = _eight_bit(image)
    if frame.has_transparency_data:
        frame = frame.convert("RGBA")
    elif frame.mode == "P":  # a palette cannot be interpolated
        frame = frame.convert("RGB")
    frame.thumbnail((SIDE, SIDE), Image.Resampling.BICUBIC, reducing_gap=1.0)  # a JPEG is decoded at a fraction
    orientation = image.getexif().get(0x0112)
    if orientation:
        frame.getexif()[0x0112] = orientation
        frame = ImageOps.exif_transpose(frame)
    if frame.mode == "RGBA":
        ground = Image.new("RGB", frame.size, "white")
        ground.paste(frame, mask=frame.getchannel("A"))
        frame = ground
    return _srgb(frame, image.info.get("icc_profile"))


def _srgb(frame: Image.Image, profile: bytes | None) -> Image.Image:
    """Colours as screens show them; where the profile is none, broken or of other channels, the bare numbers."""
    if profile and (transform := _to_srgb(profile, frame.mode)):
        converted = Image.new("RGB", frame.size)
        transform.apply(frame, converted)
        return converted
    return frame.convert("RGB")


@lru_cache(maxsize=16)
def _to_srgb(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """None where nothing is to be done, or nothing can be."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if mode == "RGB" and "sRGB" in ImageCms.getProfileDescription(source):
            return None
        return ImageCms.buildTransform(source, _SRGB, mode, "RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


def _eight_bit(image: Image.Image) -> Image.Image:
    """Pictures of 16 bits a channel by their upper 8; Pillow itself would cut off all that is brighter than 255."""
    if image.mode.startswith("I"):
        return Image.fromarray((np.asarray(image).astype(np.int64) >> 8).clip(0, 255).astype(np.uint8))
    if image.mode == "F":
        raise UserError("has floating-point pixels: save it with 8 or 16 bits a channel")
    return image
