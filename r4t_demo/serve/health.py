"""What /health tells: whether the app can answer, and how it is doing."""

from time import monotonic

import numpy as np

from r4t_demo import __version__
from r4t_demo.evaluate.record import current_commit
from r4t_demo.files import GIB, free_bytes
from r4t_demo.jobs.folder import records
from r4t_demo.jobs.store import SPARE
from r4t_demo.serve.desk import Desk


class Health:
    """The state of the app behind a desk, from the moment when this was made."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self._began, self._commit = desk, monotonic(), current_commit()

    def report(self) -> dict[str, object]:
        """JSON values; "status" is "ok", or "broken" or "stopping" with one sentence under "reason". Waits in no line."""
        engine, settings = self.desk.engine, self.desk.settings
        jobs = [record.state for record in records(settings.jobs).values()]
        reason = self._trouble()
        return {
            "status": "stopping" if self.desk.stopping else "broken" if reason else "ok",
            "reason": reason,
            "version": __version__,
            "commit": self._commit,
            "uptime_seconds": round(monotonic() - self._began),
            "catalog": {"name": engine.catalog.name, "items": len(engine.catalog)},
            "models": engine.loaded(),
            "requests": self.desk.load,
            "jobs": {state: jobs.count(state) for state in ("running", "queued")},
            "disk_free_gib": round(free_bytes(settings.jobs) / GIB, 1),
        }

    def _trouble(self) -> str | None:
        """Why visitors are not served as they should be; None where they are."""
        engine = self.desk.engine
        if self.desk.stopping:
            return "The app is being stopped."
        try:
            _, rows = engine.index.search(engine.index.vectors(np.array([0])), 1)
        except Exception as error:  # an index in another process can fail in any way
            return f"The index does not answer ({type(error).__name__})."
        if rows.shape != (1, 1):
            return "The index finds nothing."
        if not engine.catalog.root.is_dir():
            return "The catalogue's folder is gone."
        free = free_bytes(self.desk.settings.jobs)
        if free < SPARE // 4:
            return f"The disk is nearly full: {free // 2**20} MiB are free where the runs lie."
        return None
