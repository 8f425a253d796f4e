"""Any picture a shop may have, safely: upright, RGB, on white, small. Nothing is decoded before its header is judged."""

import io
import warnings

import numpy as np
from PIL import Image, ImageOps

from r4t_demo.errors import UserError

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
MAX_PIXELS = 80_000_000
MAX_ASPECT = 40  # a thinner strip would lose its short side in a model's input
SIDE = 320  # pixels, the longer side of a stored picture
QUALITY, METHOD = 80, 2  # WebP; a slower method saves a few percent of the bytes

# Pillow only warns of pictures up to twice its limit; here that is an error like the one it raises beyond.
warnings.simplefilter("error", Image.DecompressionBombWarning)


def thumbnail(data: bytes) -> tuple[bytes, str]:
    """Return a picture as WebP of at most SIDE x SIDE pixels, and a note where something of it was left out ("" otherwise).

    UserError, a sentence's end, for what is no picture, is damaged, or has more than MAX_PIXELS pixels.
    """
    if not data:
        raise UserError("is an empty file")
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            _judge(image.size)
            note = "has several frames: the first is used" if getattr(image, "is_animated", False) else ""
            small = _upright_rgb(image)
    except UserError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UserError(f"has too many pixels: at most {MAX_PIXELS // 10**6} megapixels are read") from error
    except Image.UnidentifiedImageError as error:
        raise UserError("is no picture that can be read: use JPEG, PNG, WebP, GIF, BMP or TIFF") from error
    except Exception as error:  # Pillow's decoders raise nearly anything on broken bytes
        raise UserError(f"is damaged or cut short ({error})") from error
    packed = io.BytesIO()
    small.save(packed, "WEBP", quality=QUALITY, method=METHOD)
    return packed.getvalue(), note


def _judge(size: tuple[int, int]) -> None:
    width, height = size
    if width * height > MAX_PIXELS:
        raise UserError(f"has {width:,} x {height:,} pixels: at most {MAX_PIXELS // 10**6} megapixels are read")
    if max(size) > MAX_ASPECT * min(size):
        raise UserError(f"is a strip of {width:,} x {height:,} pixels: at most {MAX_ASPECT} times as long as wide are read")


def _upright_rgb(image: Image.Image) -> Image.Image:
    """The first frame, at most SIDE x SIDE, turned as its camera says, RGB; what is transparent becomes white."""
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
        return ground
    return frame.convert("RGB")


def _eight_bit(image: Image.Image) -> Image.Image:
    """Pictures of 16 bits a channel by their upper 8; Pillow itself would cut off all that is brighter than 255."""
    if image.mode.startswith("I"):
        return Image.fromarray((np.asarray(image).astype(np.int64) >> 8).clip(0, 255).astype(np.uint8))
    if image.mode == "F":
        raise UserError("has floating-point pixels: save it with 8 or 16 bits a channel")
    return image
