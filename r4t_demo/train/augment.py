"""Pictures as phones and studios take them: small in the frame, turned, on another ground, in another light, out of focus.

Every function takes and returns float images in 0 … 1, shape (b, 3, s, s).
"""

import math

import torch
import torch.nn.functional as F

MEAN, STD = 0.5, 0.5
STILL, TINTED, TEXTURED, BLURRED = 0.3, 0.45, 0.15, 0.2  # shares of a batch


def augment(pixels: torch.Tensor, size: int, generator: torch.Generator) -> torch.Tensor:
    """Return normalised float images (b, 3, size, size), each seen in its own way, of a uint8 batch (b, 3, s, s)."""
    images = other_ground(moved(pixels.float() / 255, size, generator), generator)
    images = other_light(out_of_focus(images, generator), generator)
    return (images - MEAN) / STD


def moved(images: torch.Tensor, size: int, generator: torch.Generator) -> torch.Tensor:
    """Mirror, turn by up to 15 degrees, zoom between 1.2 and 0.5 and shift; what comes into the frame continues the border.

    Some are only mirrored, since most catalogues hold a shop's own pictures.
    """
    count = len(images)
    zoom = 0.83 + 1.17 * _uniform(0, 1, count, generator=generator) ** 1.5  # of the frame: beyond 1 the thing becomes smaller
    angle = math.radians(15) * _uniform(-1, 1, count, generator=generator) * _uniform(0, 1, count, generator=generator)
    still = _uniform(0, 1, count, generator=generator) < STILL
    zoom, angle = zoom.masked_fill(still, 1), angle.masked_fill(still, 0)
    mirror = torch.where(_uniform(0, 1, count, generator=generator) < 0.5, -1.0, 1.0)
    matrix = torch.zeros(count, 2, 3)
    matrix[:, 0, 0], matrix[:, 0, 1] = zoom * angle.cos() * mirror, -zoom * angle.sin()
    matrix[:, 1, 0], matrix[:, 1, 1] = zoom * angle.sin() * mirror, zoom * angle.cos()
    matrix[:, :, 2] = _uniform(-1, 1, count, 2, generator=generator) * (1 - zoom).abs().unsqueeze(1)
    grid = F.affine_grid(matrix, [count, 3, size, size], align_corners=False)
    return F.grid_sample(images, grid, padding_mode="border", align_corners=False)


def other_ground(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Put what is white behind a thing in another colour for some images, in a piece of another image for a few.

    The colour darkens a little downwards, as on a studio's paper. Most keep white bars at their sides, as the preprocessing gives
    them to a portrait picture of another ground.
    """
    count = len(images)
    across = torch.linspace(-1, 1, images.shape[-1]).abs()
    inside = across < _uniform(0.6, 1.2, count, 1, 1, 1, generator=generator)
    white = ((images.amin(1, keepdim=True) - 0.86) / 0.1).clamp(0, 1) * inside
    tint = 1 - _uniform(0, 0.35, count, 1, 1, 1, generator=generator) * _uniform(0.6, 1, count, 3, 1, 1, generator=generator)
    tint = tint * (
        1 - _uniform(0, 0.15, count, 1, 1, 1, generator=generator) * torch.linspace(0, 1, images.shape[-2]).view(-1, 1)
    )
    middle = slice(images.shape[-1] // 4, -(images.shape[-1] // 4), 4)  # coarse, so that it is no thing of its own
    piece = images[torch.randperm(count, generator=generator)][:, :, middle, middle]
    piece = F.interpolate(piece, images.shape[-2:], mode="bilinear", align_corners=False)
    kind = _uniform(0, 1, count, 1, 1, 1, generator=generator)
    ground = torch.where(kind < TINTED, tint, torch.where(kind < TINTED + TEXTURED, piece, images))
    return images + white * (ground - images)


def other_light(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Brighter or darker by up to a sixth, with a cast of up to 7 % a channel."""
    count = len(images)
    gain = _uniform(0.84, 1.1, count, 1, 1, 1, generator=generator) * _uniform(0.93, 1.07, count, 3, 1, 1, generator=generator)
    return (images * gain).clamp(0, 1)


def out_of_focus(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Take the finest detail from some images."""
    side = images.shape[-1]
    small = F.interpolate(images, (side * 3 // 5, side * 3 // 5), mode="bilinear", align_corners=False, antialias=True)
    coarse = F.interpolate(small, (side, side), mode="bilinear", align_corners=False)
    return torch.where(_uniform(0, 1, len(images), 1, 1, 1, generator=generator) < BLURRED, coarse, images)


def _uniform(low: float, high: float, *shape: int, generator: torch.Generator) -> torch.Tensor:
    return torch.rand(shape, generator=generator) * (high - low) + low
