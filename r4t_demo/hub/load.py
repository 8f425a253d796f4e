"""From settings that name repositories of the Hub to settings that name folders of this machine."""

from dataclasses import replace
from typing import Any

from r4t_demo.fanout.checkpoint import FILES
from r4t_demo.files import GIB
from r4t_demo.hub.repo import Repo
from r4t_demo.settings import HUB, Settings


def fetched(settings: Settings) -> Settings:
    """The settings with all that they name on the Hub fetched, its folder in its place; see ``Repo.fetch`` for the errors."""
    folders: dict[str, Any] = {}
    for name in ("folm", "diffusion"):
        if getattr(settings, name).startswith(HUB):
            folders[name] = str(Repo.of(getattr(settings, name), "model").fetch(FILES, leave=["*/*"]))
    if settings.catalog.startswith(HUB):
        from r4t_demo.hub import catalogs  # which knows all that a catalogue may hold: only for who asks

        folders["catalog"] = str(catalogs.fetch(settings.catalog, settings.memory * GIB))
    return replace(settings, **folders)
