"""The app over the engine without models, as a process: ``python -m tests.small_app FOLDER``; a search takes a second."""

import sys
from dataclasses import replace
from pathlib import Path

from r4t_demo import log
from r4t_demo.settings import Settings
from r4t_demo.ui.launch import launch
from tests.ui.fake_engine import FakeEngine

if __name__ == "__main__":
    settings, engine = Settings.from_env(), FakeEngine(Path(sys.argv[1]), seconds=1.0)
    engine.settings = replace(engine.settings, port=settings.port)
    log.configure(settings)
    launch(engine)
