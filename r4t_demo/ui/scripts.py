"""The page's few lines of JavaScript, one file a purpose; gr.HTML runs them when its component is on the page."""

from pathlib import Path

FOLDER = Path(__file__).parent / "js"


def script(name: str) -> str:
    """Return the text of one script."""
    return (FOLDER / name).read_text(encoding="utf-8")
