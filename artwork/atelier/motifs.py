"""Small motifs that prints are made of: flowers, leaves, stars."""

import math

from artwork.atelier.colour import Palette, luma, tint


def bloom(x: float, y: float, r: float, petal: str, heart: str, turn: float, petals: int = 5) -> str:
    """A flower of drawn petals."""
    shapes = "".join(
        f'<path d="M0 0C{r * 0.62:.1f} {-r * 0.35:.1f} {r * 0.5:.1f} {-r:.1f} 0 {-r:.1f}C{-r * 0.5:.1f} {-r:.1f} {-r * 0.62:.1f}'
        f' {-r * 0.35:.1f} 0 0Z" transform="rotate({turn + 360 * k / petals:.0f})"/>'
        for k in range(petals)
    )
    edge = tint(petal, -0.35)
    return (
        f'<g transform="translate({x:.1f} {y:.1f})"><g fill="{petal}" stroke="{edge}" stroke-width="{r * 0.06:.2f}">{shapes}</g>'
        f'<circle r="{r * 0.27:.1f}" fill="{heart}"/></g>'
    )


def leaf(x: float, y: float, length: float, turn: float, ink: str) -> str:
    """A pointed leaf growing from (x, y)."""
    w, h = length * 0.3, length
    return (
        f'<path d="M0 0C{w:.1f} {-h * 0.3:.1f} {w:.1f} {-h * 0.7:.1f} 0 {-h:.1f}C{-w:.1f} {-h * 0.7:.1f} {-w:.1f} {-h * 0.3:.1f}'
        f' 0 0Z" transform="translate({x:.1f} {y:.1f}) rotate({turn:.0f})" fill="{ink}"/>'
    )


def wrapped(size: float, x: float, y: float, reach: float, motif: str) -> str:
    """The motif (drawn about the origin) at (x, y), repeated over the tile's edges that it crosses."""
    xs = [x] + ([x + size] if x < reach else []) + ([x - size] if x > size - reach else [])
    ys = [y] + ([y + size] if y < reach else []) + ([y - size] if y > size - reach else [])
    return "".join(f'<g transform="translate({a:.1f} {b:.1f})">{motif}</g>' for a in xs for b in ys)


def rect(x: float, y: float, width: float, height: float, ink: str, opacity: float = 1.0) -> str:
    """A filled rectangle."""
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" fill="{ink}" fill-opacity="{opacity:g}"/>'


def star(r: float, ink: str) -> str:
    """A five-pointed star about the origin."""
    rays = [(r if k % 2 == 0 else r * 0.42, math.pi * k / 5) for k in range(10)]
    points = " ".join(f"{ray * math.sin(a):.2f},{-ray * math.cos(a):.2f}" for ray, a in rays)
    return f'<polygon points="{points}" fill="{ink}"/>'


def foliage(c: Palette) -> str:
    """A green that suits the ground."""
    return "#5d8156" if luma(c.main) > 0.4 else "#9dbf8c"
