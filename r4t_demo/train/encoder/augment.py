"""Pictures as phones and studios take them: small in the frame, turned, on another ground, in another light, out of focus."""

import math

import torch
import torch.nn.functional as F

from r4t_demo.train.encoder.grounds import grounds, uniform, with_shadow

MEAN, STD = 0.5, 0.5
STILL, QUARTERS, GROUNDED, BARRED, BLURRED = 0.25, 0.4, 0.5, 0.3, 0.2  # shares of a batch


def augment(pictures: torch.Tensor, size: int, generator: torch.Generator) -> torch.Tensor:
    """Return normalised float images (b, 3, size, size), each seen in its own way.

    ``pictures``: uint8, (b, 4, s, s); the fourth channel says how far a pixel belongs to the thing. Where all do, the picture
    keeps its ground.
    """
    images = on_ground(moved(pictures.float() / 255, size, generator), generator)
    images = other_light(out_of_focus(images, generator), generator)
    return normalised(images)


def plain(pictures: torch.Tensor, size: int) -> torch.Tensor:
    """Return the same without any change: (b, 3, size, size), normalised."""
    images = F.interpolate(pictures[:, :3].float() / 255, (size, size), mode="bicubic", antialias=True).clamp(0, 1)
    return normalised(images)


def normalised(images: torch.Tensor) -> torch.Tensor:
    """Return images in 0 … 1 as the network wants them."""
    return ((images - MEAN) / STD).to(memory_format=torch.channels_last)


def moved(images: torch.Tensor, size: int, generator: torch.Generator) -> torch.Tensor:
    """Mirror, turn by up to 20 degrees and some by quarters, zoom between 1.3 and 0.5 and shift; (b, 4, size, size).

    What comes into the frame continues the border. Some are only mirrored, since most catalogues hold a shop's own pictures.
    """
    count = len(images)
    zoom = 0.77 + 1.23 * uniform(0, 1, count, generator=generator) ** 1.5  # of the frame: beyond 1 the thing becomes smaller
    angle = math.radians(20) * uniform(-1, 1, count, generator=generator) * uniform(0, 1, count, generator=generator)
    still = uniform(0, 1, count, generator=generator) < STILL
    zoom, angle = zoom.masked_fill(still, 1), angle.masked_fill(still, 0)
    quarters = torch.randint(1, 4, (count,), generator=generator) * (uniform(0, 1, count, generator=generator) < QUARTERS)
    angle = angle + math.pi / 2 * quarters
    mirror = torch.where(uniform(0, 1, count, generator=generator) < 0.5, -1.0, 1.0)
    matrix = torch.zeros(count, 2, 3)
    matrix[:, 0, 0], matrix[:, 0, 1] = zoom * angle.cos() * mirror, -zoom * angle.sin()
    matrix[:, 1, 0], matrix[:, 1, 1] = zoom * angle.sin() * mirror, zoom * angle.cos()
    matrix[:, :, 2] = uniform(-1, 1, count, 2, generator=generator) * (1 - zoom).abs().unsqueeze(1)
    grid = F.affine_grid(matrix, [count, images.shape[1], size, size], align_corners=False)
    return F.grid_sample(images, grid, padding_mode="border", align_corners=False)


def on_ground(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Put the thing of some images (b, 4, s, s) on a made ground; returns (b, 3, s, s).

    Some of these keep white bars at their sides, as the preprocessing gives them to a portrait picture.
    """
    colours, matte = images[:, :3], images[:, 3:]
    chosen = (uniform(0, 1, len(images), generator=generator) < GROUNDED).nonzero()[:, 0]
    matte = matte[chosen]
    made = with_shadow(grounds(len(chosen), images.shape[-1], generator), matte, generator)
    barred = uniform(0, 1, len(chosen), 1, 1, 1, generator=generator) < BARRED
    across = torch.linspace(-1, 1, images.shape[-1]).abs()
    bars = barred & (across > uniform(0.6, 0.95, len(chosen), 1, 1, 1, generator=generator)) & (matte < 0.5)
    laid = torch.where(bars, 1.0, colours[chosen] * matte + made * (1 - matte))
    return colours.index_copy(0, chosen, laid)


def other_light(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Brighter or darker by up to a quarter, with a cast of up to 8 % a channel."""
    count = len(images)
    gain = uniform(0.75, 1.15, count, 1, 1, 1, generator=generator) * uniform(0.92, 1.08, count, 3, 1, 1, generator=generator)
    return (images * gain).clamp(0, 1)


def out_of_focus(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Take the finest detail from some images."""
    side = images.shape[-1]
    small = F.interpolate(images, (side * 2 // 5, side * 2 // 5), mode="bilinear", align_corners=False, antialias=True)
    coarse = F.interpolate(small, (side, side), mode="bilinear", align_corners=False)
    return torch.where(uniform(0, 1, len(images), 1, 1, 1, generator=generator) < BLURRED, coarse, images)
