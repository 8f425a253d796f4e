"""Grounds that people lay their things on, made by code: cloth, wood, carpet, walls, and the shadow that a thing casts."""

import torch
import torch.nn.functional as F


def grounds(count: int, size: int, generator: torch.Generator) -> torch.Tensor:
    """Return ``count`` grounds, float in 0 … 1, shape (count, 3, size, size): a quarter of each sort, in mixed order."""
    parts = torch.tensor_split(torch.randperm(count, generator=generator), 4)
    shade = torch.empty(count, 1, size, size)
    for rows, texture in zip(parts, (_cloth, _wood, _carpet, _wall), strict=True):
        if len(rows):
            shade[rows] = texture(len(rows), size, generator)
    light = uniform(0.1, 1, count, 1, 1, 1, generator=generator)
    cast = 1 + uniform(-0.4, 0.4, count, 3, 1, 1, generator=generator) * uniform(0, 1, count, 1, 1, 1, generator=generator)
    other = cast + uniform(-0.35, 0.35, count, 3, 1, 1, generator=generator)  # the colour of a pattern's second half
    tone = light * (1 + uniform(0.2, 1.4, count, 1, 1, 1, generator=generator) * (shade - 0.5))
    return (tone * (cast + shade * (other - cast))).clamp(0, 1)


def with_shadow(ground: torch.Tensor, matte: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Darken a ground (b, 3, s, s) where the thing of a matte (b, 1, s, s) keeps the light away, softly and a little aside."""
    size = ground.shape[-1]
    low = F.adaptive_avg_pool2d(matte, 20)
    soft = F.interpolate(F.avg_pool2d(low, 3, 1, 1), (size, size), mode="bilinear", align_corners=False)
    aside = [int(step) for step in torch.randint(-size // 16, size // 16 + 1, (2,), generator=generator)]
    return ground * (1 - uniform(0, 0.6, len(ground), 1, 1, 1, generator=generator) * torch.roll(soft, aside, (2, 3)))


def _noise(count: int, size: int, rows: int, columns: int, generator: torch.Generator) -> torch.Tensor:
    """Smooth noise in 0 … 1 with so many bumps downwards and across, (count, 1, size, size)."""
    coarse = torch.rand(count, 1, max(2, rows), max(2, columns), generator=generator)
    return F.interpolate(coarse, (size, size), mode="bilinear", align_corners=False)


def _cloth(count: int, size: int, generator: torch.Generator) -> torch.Tensor:
    """Folds in a slant, and a weave or stripes."""
    folds = _noise(count, size, 3, 7, generator) * 0.7 + _noise(count, size, 9, 5, generator) * 0.3
    across = torch.linspace(0, 1, size)
    often = uniform(4, 50, count, 1, 1, 1, generator=generator)
    stripes = 0.5 + 0.5 * torch.sin(6.283 * often * across)
    crossed = stripes * (0.5 + 0.5 * torch.sin(6.283 * often * across.view(-1, 1)))
    return folds * 0.7 + 0.3 * torch.where(uniform(0, 1, count, 1, 1, 1, generator=generator) < 0.5, stripes, crossed)


def _wood(count: int, size: int, generator: torch.Generator) -> torch.Tensor:
    """Grain along the boards, and the gaps between these; upright for half of them."""
    grain = _noise(count, size, 40, 3, generator) * 0.5 + _noise(count, size, 90, 6, generator) * 0.3
    across = torch.linspace(0, 1, size).view(-1, 1)
    boards = (across * uniform(2, 7, count, 1, 1, 1, generator=generator)) % 1
    shade = grain + 0.2 * (boards > 0.04).expand_as(grain)
    return torch.where(uniform(0, 1, count, 1, 1, 1, generator=generator) < 0.5, shade, shade.mT)


def _carpet(count: int, size: int, generator: torch.Generator) -> torch.Tensor:
    """Pile, and a large pattern."""
    pile = torch.rand(count, 1, size, size, generator=generator) * 0.4 + _noise(count, size, 60, 60, generator) * 0.3
    return pile + 0.3 * (_noise(count, size, 6, 6, generator) > 0.5)


def _wall(count: int, size: int, generator: torch.Generator) -> torch.Tensor:
    """Nearly even, lighter to one side, with the edge of another thing for some."""
    shade = _noise(count, size, 2, 2, generator) * 0.8 + _noise(count, size, 12, 12, generator) * 0.1
    edge = torch.linspace(0, 1, size) > uniform(0.6, 1.6, count, 1, 1, 1, generator=generator)
    shade = (shade + 0.6 * edge) % 1.2
    return torch.where(uniform(0, 1, count, 1, 1, 1, generator=generator) < 0.5, shade, shade.mT)


def uniform(low: float, high: float, *shape: int, generator: torch.Generator) -> torch.Tensor:
    """Return random numbers between ``low`` and ``high``."""
    return torch.rand(shape, generator=generator) * (high - low) + low
