"""The log for machines: one JSON object a line, on stderr or in a file.

    {"time": "…", "level": "INFO", "event": "fanout", "id": "3f9a…", "methods": ["diffusion"], "k": 10, "error": null,
     "together": 1, "ms": {"wait": 0.1, "total": 31.2},
     "stages": {"diffusion": {"encode": 8.1, "fanout": 12.4, "search": 0.9, "total": 21.4}}}

What a visitor wrote, and what a file is called, is in none of them, unless ``Settings.log_queries`` says so.
"""

import json
import logging
import traceback
from datetime import UTC, datetime
from logging.handlers import WatchedFileHandler

from r4t_demo.errors import UserError
from r4t_demo.settings import Settings

_LOGGER = logging.getLogger("r4t_demo")


def configure(settings: Settings) -> None:
    """Let the log go to where the settings say; UserError where that cannot be written. Until then it goes nowhere."""
    try:
        # Watched: whoever moves a log file away, to keep it small, need not tell the app.
        handler = WatchedFileHandler(settings.log, encoding="utf-8") if settings.log else logging.StreamHandler()
    except OSError as error:
        raise UserError(f"R4T_LOG is '{settings.log}', which cannot be written ({error.strerror}): name another file.") from error
    handler.setFormatter(_JsonLines())
    _LOGGER.handlers = [handler]
    _LOGGER.setLevel(logging.INFO)
    _LOGGER.propagate = False


def write(event: str, level: int = logging.INFO, **facts: object) -> None:
    """Write one line; ``facts`` are JSON values."""
    _LOGGER.log(level, event, extra={"facts": facts})


def error(event: str, error: BaseException, **facts: object) -> None:
    """Write what went wrong, and where, the innermost place last; not the error's own words, which may hold a visitor's."""
    places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    write(event, logging.ERROR, **facts | {"error": type(error).__name__, "places": places})


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"time": moment, "level": record.levelname, "event": record.getMessage(), **getattr(record, "facts", {})}
        return json.dumps(line, ensure_ascii=False, default=str)
