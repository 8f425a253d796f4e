"""R4T demo: set-valued retrieval with a fan-out language model and a diffusion retriever.

``from r4t_demo import Engine, Settings, Steering, UserError`` is the Python API; see docs/api.md.
"""

from importlib import import_module

__version__ = "0.1.0"

# Where each name is. It is imported when it is asked for: torch takes seconds, and most commands do without.
_HOME = {
    "Engine": "r4t_demo.engine",
    "Settings": "r4t_demo.settings",
    "Steering": "r4t_demo.pattern.steer",
    "UserError": "r4t_demo.errors",
}
__all__ = [*_HOME]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
