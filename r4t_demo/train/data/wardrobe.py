"""The words for clothes in ``wardrobe.toml``, of which training texts are made; the embedded catalogue is drawn from the same."""

import tomllib
from pathlib import Path

_WRITTEN = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
CATEGORIES: dict[str, tuple[str, ...]] = {name: tuple(of) for name, of in _WRITTEN["categories"].items()}  # -> silhouettes
COLOURS: dict[str, str] = _WRITTEN["colours"]  # shop colour name -> hex of the cloth in studio light
MATERIALS, PATTERNS, TRIMS = (tuple[str, ...](_WRITTEN[name]) for name in ("materials", "patterns", "trims"))
