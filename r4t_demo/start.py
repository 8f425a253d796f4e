"""Start the app: read the settings, load the models, serve the page. ``python -m r4t_demo app``, and ``app.py`` of a Space."""

import os
import sys
from pathlib import Path

# Before torch, FAISS and NumPy load: their threads must not spin while they wait, or the small steps of a search take
# turns with that and a query's encoding takes 110 ms instead of 5. NumPy's cannot wait otherwise, so it has but one: beside
# another process the plane of an answer took 1.2 s with two, and takes 3 ms.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Before Gradio loads: it would make a table of its last 10,000 events after each one, for a page that is switched off here.
os.environ.setdefault("GRADIO_ANALYTICS_MAX_EVENTS", "1")
os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", str(10**9))

# isort: split

from r4t_demo.engine import Engine
from r4t_demo.errors import HubUnreachable
from r4t_demo.fanout import language_model
from r4t_demo.settings import Settings
from r4t_demo.ui.launch import launch


def main(prevent_thread_lock: bool = False, **overrides):
    """Load everything, then serve; returns (demo, address) once the page is up. ``overrides`` replace settings."""
    settings = Settings.from_env(**overrides)
    engine, note = load(settings)
    chosen = engine.settings.folm  # a folder by now, where one was chosen
    base = language_model.below(Path(chosen)) if chosen else language_model.SMOLLM2
    note = " ".join(filter(None, (note, language_model.ready(base))))
    return launch(engine, note=note, prevent_thread_lock=prevent_thread_lock)


def load(settings: Settings) -> tuple[Engine, str]:
    """The engine of the settings; while the Hub is out of reach that of the embedded set, and a note that says so."""
    try:
        return Engine.load(settings), ""
    except HubUnreachable as error:
        note = f"{error} Until the app is started again, the embedded catalogue and models answer."
        print(note, file=sys.stderr, flush=True)
        return Engine.load(settings.embedded()), note
