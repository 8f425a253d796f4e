"""The picture that every garment is drawn on: cloth panels, seams, folds and hardware under one studio light."""

import math
import random

from artwork.atelier.colour import luma, mix, palette, tint
from artwork.atelier.fabric import SURFACES
from artwork.atelier.geometry import moved, walk
from artwork.atelier.patterns import PATTERN_TILES
from artwork.atelier.spec import Garment
from artwork.atelier.weave import Tile
from r4t_demo.errors import UserError

__all__ = ["SIZE", "Canvas", "both", "mirror", "tint"]

SIZE = 320
TILE = 24.0  # smaller tiles are repeated to about this size: a thumbnail would round them to nothing

# Shared paint: backdrop, the light that models each panel's own box, and three metals.
DEFS = """<radialGradient id="wall" cx=".42" cy=".36" r=".85"><stop offset="0" stop-color="#efebe5"/>
<stop offset=".6" stop-color="#e4dfd7"/><stop offset="1" stop-color="#cbc4ba"/></radialGradient>
<linearGradient id="light" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="#fff" stop-opacity=".2"/>
<stop offset=".4" stop-color="#fff" stop-opacity="0"/><stop offset=".62" stop-color="#100818" stop-opacity="0"/>
<stop offset="1" stop-color="#100818" stop-opacity=".26"/></linearGradient>
<linearGradient id="gold" x1="0" y1="0" x2="1" y2="1">
<stop offset="0" stop-color="#fdf0b8"/><stop offset=".45" stop-color="#d9ac4a"/>
<stop offset=".6" stop-color="#f3d887"/><stop offset="1" stop-color="#94661b"/></linearGradient>
<linearGradient id="silver" x1="0" y1="0" x2="1" y2="1">
<stop offset="0" stop-color="#ffffff"/><stop offset=".45" stop-color="#b4bac3"/>
<stop offset=".6" stop-color="#eef1f5"/><stop offset="1" stop-color="#6d747e"/></linearGradient>
<linearGradient id="gunmetal" x1="0" y1="0" x2="1" y2="1">
<stop offset="0" stop-color="#a9adb4"/>
<stop offset=".45" stop-color="#4a4e56"/><stop offset=".6" stop-color="#7d828b"/>
<stop offset="1" stop-color="#1f2127"/></linearGradient>
<radialGradient id="pearl" cx=".35" cy=".3" r=".8">
<stop offset="0" stop-color="#ffffff"/>
<stop offset=".55" stop-color="#f1e9df"/>
<stop offset="1" stop-color="#b9aba0"/></radialGradient>
<filter id="soft" x="-10%" y="-10%" width="120%" height="120%"><feGaussianBlur stdDeviation="5"/></filter>"""

METAL_EDGE = {"gold": "#6f4a12", "silver": "#59606a", "gunmetal": "#14151a"}


def mirror(path: str) -> str:
    """The path mirrored about x = 160; absolute M L C Q Z H V commands only."""
    return moved(path, -1, 1, SIZE, 0)


def both(path: str) -> tuple[str, str]:
    """The path and its mirror image about x = 160."""
    return path, mirror(path)


class Canvas:
    """A 320 x 320 picture of one garment under one studio light; equal garments give equal documents.

    Marks use fill-opacity and stroke-opacity throughout: plain opacity would cost a layer for every mark.
    """

    def __init__(self, garment: Garment) -> None:
        """UserError when the garment's material, pattern or a colour is unknown."""
        self.garment = garment
        self.rng = random.Random(garment.seed)
        self.colours = palette(garment)
        if garment.material not in SURFACES:
            raise UserError(f"Unknown material {garment.material!r}: use one of {', '.join(SURFACES)}.")
        if garment.pattern not in PATTERN_TILES:
            raise UserError(f"Unknown pattern {garment.pattern!r}: use one of {', '.join(PATTERN_TILES)}.")
        self._defs: dict[str, str] = {}
        self._body: list[str] = []
        self._panels: list[str] = []
        self._cloth = self.colours.main
        self._clipped: list[str] = []  # marks on the last panel, kept together because every clip group costs a layer
        self._outline = ""  # the last panel's outline, drawn over those marks

    # -- cloth ---------------------------------------------------------------------------------------------------------

    def panel(
        self,
        path: str,
        *,
        colour: int = 0,
        material: str | None = None,
        pattern: str | None = None,
        shade: float = 1.0,
        outline: float = 1.3,
        inside: bool = False,
        grain: float = 0.0,
    ) -> None:
        """Lay down a piece of cloth: colour, pattern, texture, sheen, studio light and outline, in this order.

        `colour` indexes the garment's colours (0 main; others are plain unless `pattern` is given), `shade` multiplies the
        brightness, `inside` paints the darker back of the cloth as seen through an opening, and `grain` turns the texture
        and the pattern by so many degrees (a sleeve is cut along the arm).
        """
        main = self.colours[min(colour, len(self.garment.colours) - 1)]
        surface = SURFACES[material or self.garment.material](random.Random(self.garment.seed), main)
        pattern = pattern or ("plain" if colour else self.garment.pattern)
        base = tint(main, -0.42) if inside else main
        self._flush()
        self._cloth = main
        clip = f"clip{len(self._panels)}"
        self._defs[clip] = f'<clipPath id="{clip}"><path d="{path}"/></clipPath>'
        edge = mix(tint(main, -0.56), "#120c14", 0.16)
        out = [f'<path d="{path}" fill="{base}" fill-opacity="{surface.cover if not inside else 1}"/>']
        if not inside and (tile := PATTERN_TILES[pattern](random.Random(self.garment.seed), self.colours)) is not None:
            out.append(f'<path d="{path}" fill="url(#{self._tile(f"pattern-{pattern}", tile, grain)})"/>')
        if surface.tile is not None:
            faint = ' fill-opacity=".5"' if inside else ""
            name = self._tile(f"texture-{material or self.garment.material}-{main[1:]}", surface.tile, grain)
            out.append(f'<path d="{path}" fill="url(#{name})"{faint}/>')
        if surface.sheen and not inside:
            self._defs[surface.sheen_id] = surface.sheen
            out.append(f'<path d="{path}" fill="url(#{surface.sheen_id})"/>')
        if shade != 1.0:
            veil = ("#140c18", 1 - shade) if shade < 1 else ("#ffffff", shade - 1)
            out.append(f'<path d="{path}" fill="{veil[0]}" fill-opacity="{min(0.9, veil[1]):.2f}"/>')
        out.append(f'<path d="{path}" fill="url(#light)"/>')
        self._panels.append(path)
        self._body.append("".join(out))
        self._clipped.append(self._modelling(path, edge))
        if surface.pile:
            self._outline = self._tufts(path, base, surface.pile)
        elif outline:
            self._outline = f'<path d="{path}" fill="none" stroke="{edge}" stroke-width="{outline}" stroke-linejoin="round"/>'

    def _flush(self) -> None:
        """Close the last panel: its clipped marks in one group, then its outline."""
        if self._clipped:
            self._body.append(f'<g clip-path="url(#clip{len(self._panels) - 1})" fill="none">{"".join(self._clipped)}</g>')
        self._body.append(self._outline)
        self._clipped, self._outline = [], ""

    def _add(self, svg: str) -> None:
        self._flush()
        self._body.append(svg)

    def _modelling(self, path: str, edge: str) -> str:
        """Roundness: a shaded lower-right rim and a lit upper-left rim."""
        return (
            f'<path d="{path}" transform="translate(-3 -3)" stroke="{edge}" stroke-width="13" stroke-opacity=".09"/>'
            f'<path d="{path}" transform="translate(-1.5 -1.5)" stroke="{edge}" stroke-width="6" stroke-opacity=".13"/>'
            f'<path d="{path}" transform="translate(2 2)" stroke="#fff" stroke-width="4" stroke-opacity=".16"/>'
        )

    def _tufts(self, path: str, colour: str, length: float) -> str:
        """Locks of hair standing out from an edge, in three tones."""
        locks: dict[float, list[str]] = {-0.22: [], 0.0: [], 0.24: []}
        for x, y, angle in walk(path, 1.7):
            a = angle - math.pi / 2 + self.rng.uniform(-0.9, 0.9)
            run = length * self.rng.uniform(0.35, 0.75)
            for side in (1, -1):
                dx, dy = side * run * math.cos(a), side * run * math.sin(a)
                sway = self.rng.uniform(-0.4, 0.4)
                tone = self.rng.choice((-0.22, 0.0, 0.24))
                locks[tone].append(f"M{x:.1f} {y:.1f}q{dx * 0.5 - dy * sway:.1f} {dy * 0.5 + dx * sway:.1f} {dx:.1f} {dy:.1f}")
        return "".join(
            f'<path d="{"".join(marks)}" fill="none" stroke="{tint(colour, tone)}" stroke-width="1.1" stroke-linecap="round"/>'
            for tone, marks in locks.items()
        )

    def _tile(self, name: str, tile: Tile, grain: float) -> str:
        """Register a repeating tile once and return its id."""
        angle = grain + tile.angle
        name = f"{name}-{angle:g}".replace(" ", "-")
        turn = f' patternTransform="rotate({angle:g} 160 160)"' if angle else ""
        across, down = max(1, round(TILE / tile.width)), max(1, round(TILE / tile.height))
        width, height = across * tile.width, down * tile.height
        ring = 1 if across * down > 1 else 0  # neighbours complete the marks that cross an edge
        copies = "".join(
            f'<g transform="translate({i * tile.width:g} {j * tile.height:g})">{tile.svg}</g>'
            for i in range(-ring, across + ring)
            for j in range(-ring, down + ring)
        )
        self._defs[name] = (
            f'<pattern id="{name}" width="{width:g}" height="{height:g}" patternUnits="userSpaceOnUse"{turn}>{copies}</pattern>'
        )
        return name

    # -- marks on the cloth --------------------------------------------------------------------------------------------

    def _ink(self, tone: float) -> str:
        """The cloth's own hue moved by `tone`; dark lines on near-black cloth turn light so that they are seen."""
        if tone < 0 and luma(self._cloth) < 0.2:
            return tint(self._cloth, 0.06 - tone * 0.5)
        return tint(self._cloth, tone)

    def line(self, path: str, *, width: float = 1.1, tone: float = -0.35, opacity: float = 0.7, dash: str | None = None) -> None:
        """A seam, a stitch row (`dash`) or a thin fold; tone < 0 is darker and > 0 lighter than the last panel's cloth."""
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self._add(
            f'<path d="{path}" fill="none" stroke="{self._ink(tone)}" stroke-width="{width}" stroke-opacity="{opacity}" '
            f'stroke-linecap="round" stroke-linejoin="round"{dashed}/>'
        )

    def fold(self, path: str, *, width: float = 7, opacity: float = 0.16) -> None:
        """A soft, wide, dark stroke, clipped to the last panel."""
        self._stroke(path, mix(tint(self._cloth, -0.75), "#140c18", 0.4), width, opacity)

    def gloss(self, path: str, *, width: float = 6, opacity: float = 0.35) -> None:
        """A soft light stroke, clipped to the last panel: patent, leather, satin, metal, lenses."""
        self._stroke(path, "#ffffff", width, opacity)

    def shadow(self, path: str, *, opacity: float = 0.14) -> None:
        """A dark area clipped to the last panel: the depth of a pleat, the shade under a lapel."""
        ink = mix(tint(self._cloth, -0.75), "#140c18", 0.4)
        self._clipped.append(f'<path d="{path}" fill="{ink}" fill-opacity="{opacity}"/>')

    def crease(self, wedge: str, ridge: str, lit: str, *, width: float, deep: float) -> None:
        """A fold clipped to the last panel: a dark wedge, its sharp ridge line and the lit flank, `width` wide, beside it."""
        ink = mix(tint(self._cloth, -0.75), "#140c18", 0.4)
        self._clipped.append(
            f'<path d="{wedge}" fill="{ink}" fill-opacity="{deep}"/>'
            f'<path d="{lit}" stroke="#fff" stroke-width="{width:.2f}" stroke-opacity="{deep * 0.5:.3f}"/>'
            f'<path d="{lit}" stroke="#fff" stroke-width="{width * 0.5:.2f}" stroke-opacity="{deep * 0.5:.3f}"/>'
            f'<path d="{ridge}" stroke="{self._ink(-0.35)}" stroke-width=".9" stroke-opacity=".3"/>'
        )

    def _stroke(self, path: str, ink: str, width: float, opacity: float) -> None:
        """Three stacked strokes fade outwards, far cheaper than a blur."""
        strokes = "".join(f'<path d="{path}" stroke-width="{width * k:.2f}"/>' for k in (1.0, 0.62, 0.3))
        self._clipped.append(f'<g stroke="{ink}" stroke-opacity="{opacity / 2:.3f}" stroke-linecap="round">{strokes}</g>')

    # -- hardware ------------------------------------------------------------------------------------------------------

    def metal(self, path: str, *, kind: str = "gold", outline: float = 0.8) -> None:
        """A metal-filled shape; kind is gold, silver or gunmetal."""
        self._add(
            f'<path d="{path}" fill="url(#{kind})" fill-rule="evenodd" stroke="{METAL_EDGE[kind]}" stroke-width="{outline}" '
            'stroke-linejoin="round"/>'
        )

    def fur(self, path: str, width: float = 14, colour: str = "#e9dcc6") -> None:
        """A roll of fur or fleece along an open path."""
        self._add(
            f'<path d="{path}" fill="none" stroke="{tint(colour, -0.1)}" stroke-width="{width * 0.72:.1f}" stroke-linecap="round"'
            f' stroke-linejoin="round"/>{self._tufts(path, colour, width * 0.85)}'
        )

    def button(self, x: float, y: float, r: float = 3.2, *, kind: str = "cloth") -> None:
        """A button with a rim and a glint; kind is cloth, gold, silver or pearl."""
        fill = tint(self._cloth, 0.3 if luma(self._cloth) < 0.35 else -0.28) if kind == "cloth" else f"url(#{kind})"
        edge = tint(self._cloth, -0.6) if kind == "cloth" else METAL_EDGE.get(kind, "#8d8075")
        holes = "".join(f'<circle cx="{x + d}" cy="{y}" r="{r * 0.17:.2f}" fill="{edge}"/>' for d in (-r * 0.3, r * 0.3))
        self._add(
            f'<circle cx="{x + 0.8}" cy="{y + 1.1}" r="{r}" fill="#140c18" fill-opacity=".25"/>'
            f'<circle cx="{x}" cy="{y}" r="{r}" fill="{fill}" stroke="{edge}" stroke-width=".8"/>'
            f'<circle cx="{x - r * 0.3:.2f}" cy="{y - r * 0.35:.2f}" r="{r * 0.28:.2f}" fill="#fff" fill-opacity=".6"/>'
            + (holes if kind == "cloth" else "")
        )

    def raw(self, svg: str) -> None:
        """Any other mark, as SVG elements in picture coordinates."""
        self._add(svg)

    # -- the document --------------------------------------------------------------------------------------------------

    def svg(self) -> str:
        """The finished document: backdrop, the garment's soft shadow on the wall, the garment."""
        self._flush()
        cast = f'<path d="{" ".join(self._panels)}" fill="#4a3c30" fill-opacity=".3"/>' if self._panels else ""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{SIZE}" height="{SIZE}" viewBox="0 0 {SIZE} {SIZE}">'
            f"<defs>{DEFS}{''.join(self._defs.values())}</defs>"
            f'<rect width="{SIZE}" height="{SIZE}" fill="url(#wall)"/>'
            f'<g filter="url(#soft)" transform="translate(4 7)">{cast}</g>'
            f"{''.join(self._body)}</svg>"
        )
