"""A cut-out seen by a camera: on a table before a wall, with a cast shadow, daylight, a shallow focus and the sensor's noise.

Images are float arrays in 0 … 1, shape (height, width, 3); a cut-out has its alpha as a fourth channel.
"""

import io

import numpy as np
import resvg_py
from PIL import Image, ImageFilter

SIZE = 320
WALLS = ("#d9d3c8", "#c9cdc8", "#b9a893", "#8f9aa0", "#d8c4b4", "#6f7468", "#e7e3da", "#a7b3ad")
TABLES = ("#8a6444", "#b58f68", "#5c4433", "#d6cfc4", "#9a9a98", "#c9a781", "#3f3a36")


def photograph(svg: str, rng: np.random.Generator, *, hung: bool = False) -> Image.Image:
    """Take a picture of a thing drawn on 320 x 320; ``hung`` puts it on the wall instead of the table."""
    scale, turn = rng.uniform(0.74, 0.95), rng.uniform(-2.5, 2.5)
    thing = _cut_out(
        svg, scale, turn, shift=rng.uniform(-16, 16), foot=SIZE * (0.5 + 0.42 * scale if hung else rng.uniform(0.86, 0.93))
    )
    scene = _wall(rng) if hung else _table(_wall(rng), rng)
    scene = _shadowed(scene, thing[..., 3], rng, hung)
    alpha = thing[..., 3:]
    scene = scene * (1 - alpha) + thing[..., :3] * alpha
    return _developed(scene, rng)


def _cut_out(svg: str, scale: float, turn: float, shift: float, foot: float) -> np.ndarray:
    """(SIZE, SIZE, 4): the drawing smaller, turned, and moved so that its foot (286 of 320) stands at ``foot``."""
    side = 2 * SIZE
    drawn = Image.open(io.BytesIO(bytes(resvg_py.svg_to_bytes(svg_string=svg, width=side, height=side, skip_system_fonts=True))))
    small = drawn.convert("RGBA").resize((round(SIZE * scale),) * 2, Image.Resampling.LANCZOS)
    small = small.rotate(turn, Image.Resampling.BICUBIC)
    frame = Image.new("RGBA", (SIZE, SIZE))
    frame.paste(small, (round((SIZE - small.width) / 2 + shift), round(foot - 286 * scale)))
    soft = frame.filter(ImageFilter.GaussianBlur(0.6))  # a lens draws no edge of one pixel
    return np.asarray(soft, np.float32) / 255


def _wall(rng: np.random.Generator) -> np.ndarray:
    """Plaster out of focus, lighter where the window's light falls."""
    colour = _rgb(WALLS[rng.integers(len(WALLS))])
    y, x = np.mgrid[0:SIZE, 0:SIZE] / SIZE
    light = 1.12 - 0.35 * np.hypot(x - rng.uniform(0, 0.5), y - rng.uniform(0, 0.4))
    pane = _blurred((np.abs(x - y * 0.35 - rng.uniform(0.1, 0.7)) < 0.09).astype(np.float32), 14) * rng.uniform(0, 0.16)
    return colour * (light + pane + 0.05 * _clouds(rng, 18))[..., None]


def _table(scene: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The lower part as a table top with its grain, its far edge out of focus."""
    colour, edge = _rgb(TABLES[rng.integers(len(TABLES))]), rng.uniform(0.6, 0.74) * SIZE
    y = np.arange(SIZE)[:, None]
    grain = _blurred(rng.normal(size=(SIZE, SIZE)).astype(np.float32), 1)
    grain = np.asarray(Image.fromarray(grain.astype(np.float32)).resize((SIZE * 9, SIZE)).crop((0, 0, SIZE, SIZE)))  # streaks
    near = (0.78 + 0.3 * (y - edge) / (SIZE - edge)) + 0.16 * grain * np.clip((y - edge) / 60, 0.15, 1)
    mask = 1 / (1 + np.exp(-(y - edge) / 2.2)) * np.ones((1, SIZE))
    return scene * (1 - mask[..., None]) + colour * near[..., None] * mask[..., None]


def _shadowed(scene: np.ndarray, alpha: np.ndarray, rng: np.random.Generator, hung: bool) -> np.ndarray:
    """What the thing takes from the light: a leaning flat shadow and a dark line at its foot, or a halo on the wall."""
    if hung:
        cast = np.roll(_blurred(alpha, 9), (rng.integers(5, 12), rng.integers(6, 14)), (0, 1))
        return scene * (1 - 0.42 * cast[..., None])
    rows = np.flatnonzero(alpha.max(1) > 0.5)
    foot, height = rows[-1], rows[-1] - rows[0]
    lean, flat = rng.uniform(0.4, 0.9), rng.uniform(0.16, 0.3)
    y, x = np.mgrid[0:SIZE, 0:SIZE]
    up = (foot - y) / flat  # how high on the thing the ray of a point on the table passes
    from_x, from_y = (x - lean * up * 0.6).round().astype(int), (foot - up).round().astype(int)
    inside = (up >= -20) & (up <= height) & (from_x >= 0) & (from_x < SIZE) & (from_y >= 0) & (from_y < SIZE)
    cast = np.where(inside, alpha[from_y.clip(0, SIZE - 1), from_x.clip(0, SIZE - 1)], 0).astype(np.float32)
    contact = np.zeros_like(alpha)
    contact[foot - 3 : min(foot + 5, SIZE)] = alpha[foot - 6 : foot - 2].max(0)
    return scene * (1 - 0.42 * _blurred(cast, 6) - 0.4 * _blurred(contact, 4)).clip(0.1)[..., None]


def _developed(scene: np.ndarray, rng: np.random.Generator) -> Image.Image:
    """White balance, exposure, vignette and noise."""
    y, x = np.mgrid[0:SIZE, 0:SIZE] / SIZE - 0.5
    vignette = 1 - 0.5 * (x**2 + y**2)
    cast = np.array([1 + (warm := rng.uniform(-0.05, 0.07)), 1, 1 - warm])
    exposed = scene * vignette[..., None] * cast * rng.uniform(0.88, 1.12)
    noisy = exposed + rng.normal(0, 0.011, exposed.shape) + rng.normal(0, 0.008, exposed.shape[:2])[..., None]
    return Image.fromarray((noisy.clip(0, 1) * 255).astype(np.uint8))


def _clouds(rng: np.random.Generator, radius: int) -> np.ndarray:
    """Smooth noise of mean 0 and spread 1."""
    field = _blurred(rng.normal(size=(SIZE, SIZE)).astype(np.float32), radius)
    return (field - field.mean()) / field.std()


def _blurred(field: np.ndarray, radius: int) -> np.ndarray:
    """A box blur down and across, twice: nearly a Gaussian's."""
    width = 2 * radius + 1
    for axis in (0, 1, 0, 1):
        sums = np.cumsum(np.pad(field, [(radius + 1, radius) if axis == a else (0, 0) for a in (0, 1)], mode="edge"), axis)
        field = (
            np.take(sums, range(width, sums.shape[axis]), axis) - np.take(sums, range(sums.shape[axis] - width), axis)
        ) / width
    return field


def _rgb(colour: str) -> np.ndarray:
    return np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)], np.float32)
