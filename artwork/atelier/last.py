"""The shoemaker's last: one foot in flat measures that any heel height, toe and platform bends into its side view.

A shoe is drawn in last units: x runs from 0 (toe tip) to 200 (heel back), h is the height over the sole, 0 at its seat.
"""

from dataclasses import dataclass

from artwork.atelier.canvas import Canvas, tint
from artwork.atelier.curves import smooth, solid
from r4t_demo.train.data.wardrobe import COLOURS

LIFTS = {"flat": 9.0, "kitten": 36.0, "block": 58.0, "cuban": 30.0, "stiletto": 78.0, "wedge": 52.0}  # heel -> seat's rise
BALL, SEAT = 60.0, 165.0


def ease(value: float) -> float:
    """0 to 1 with soft ends."""
    value = min(max(value, 0.0), 1.0)
    return value * value * (3 - 2 * value)


@dataclass(frozen=True)
class Last:
    """Where a shoe stands and how its foot is bent: ``lift`` of the heel seat, ``toe`` and ``sole`` thickness."""

    x: float
    ground: float
    scale: float
    lift: float = 9.0
    toe: str = "round"
    sole: float = 4.0

    def at(self, x: float, h: float) -> tuple[float, float]:
        """The picture's point of a place on the foot: the heel rises, the foot shortens, the toe takes its shape."""
        up = ease((h - 34) / 50) if x > 80 else 0.0
        rise = ease((x - BALL) / (SEAT - BALL))
        rise += (1 - rise) * up
        reach = min(max(x, BALL), 200.0)
        reach += (170 - reach) * up
        x -= 0.23 * (self.lift / 90) ** 1.5 * (reach - BALL)
        near = max(0.0, 1 - x / 46)
        if self.toe == "pointed":
            x, h = x - 20 * near**1.4, h * (1 - 0.42 * near)
        elif self.toe == "square":
            x, h = max(x - 9 * near, -5.0), h * (1 + 0.3 * near)
        return self.x + self.scale * x, self.ground - self.scale * (h + self.sole + self.lift * rise)

    def under(self, x: float, share: float) -> tuple[float, float]:
        """A point straight below the seat at x: share 1 at the seat, 0 on the ground."""
        left, top = self.at(x, 0)
        return left, self.ground - (self.ground - top) * share

    def bend(self, points: str) -> str:
        """Last points "x,h" (or "_x,share" below the seat) as the picture's points; corners keep their mark."""
        words = []
        for word in points.split():
            x, h = (float(v) for v in word.strip("_!").split(","))
            left, top = self.under(x, h) if word.startswith("_") else self.at(x, h)
            words.append(f"{left:.1f},{top:.1f}{'!' if word.endswith('!') else ''}")
        return " ".join(words)

    def path(self, points: str, close: bool = True) -> str:
        """The smooth SVG path through last points."""
        return smooth(self.bend(points), close)


HEELS = {
    "flat": "202,0! _201,.5 _200,0! _150,0! _150,.6 150,2!",
    "kitten": "202,0! _200,.6 _194,0! _184,0! _184,.45 _178,.8 162,3!",
    "block": "203,0! _201,.5 _199,0! _159,0! _160,.5 156,3!",
    "cuban": "203,0! _197,.5 _193,0! _153,0! _151,.5 144,3!",
    "stiletto": "202,0! _200,.72 _192,.3 _189,0! _183.5,0! _184.5,.35 _180,.72 160,4!",
    "wedge": "203,0! _202,.5 _200,0! _58,0! 58,0! 110,3 165,0",
}


def heel(canvas: Canvas, last: Last, kind: str, colour: str | None = None) -> None:
    """The heel under the seat: of the shoe's own cloth, or of a plain hard ``colour`` (stacked wood, rubber)."""
    path = last.path(HEELS[kind])
    if colour is None:
        canvas.panel(path, shade=0.86)
    else:
        solid(canvas, path, colour)


def outsole(canvas: Canvas, last: Last, thick: float, colour: str, heel_thick: float | None = None) -> None:
    """The band of sole that runs along the foot, ``thick`` under the ball and ``heel_thick`` under the seat."""
    seat = thick if heel_thick is None else heel_thick
    top = "-3,9! 3,5 18,2 60,1 112,4 165,1 203,1!"
    low = f"203,{-seat}! 165,{-seat} 112,{4 - seat} 60,{-thick} 22,{-thick} 4,{5 - thick} -4,{8 - thick * 0.5}"
    solid(canvas, last.path(f"{top} {low}"), colour)


def main_colour(canvas: Canvas) -> str:
    """The hex of the item's main cloth."""
    return COLOURS[canvas.garment.colours[0]]


def sole_colour(canvas: Canvas) -> str:
    """A leather sole that goes with the shoe: near black under dark shoes, tan under light ones."""
    red, green, blue = (int(main_colour(canvas)[i : i + 2], 16) for i in (1, 3, 5))
    return "#2b2622" if red + green + blue < 260 else tint("#a97b4f", -0.1)
