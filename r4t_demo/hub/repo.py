"""A repository of the Hub, named and pinned as hub:OWNER/NAME@REVISION, and its files in this machine's cache.

``fetched`` makes settings that name folders of this machine of such that name repositories.
"""

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from r4t_demo.errors import HubUnreachable, UserError, hub_failure
from r4t_demo.fanout.checkpoint import FILES
from r4t_demo.files import GIB, free_bytes
from r4t_demo.settings import HUB, Settings

COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class Repo:
    """``kind`` is model or dataset; ``revision`` a commit, a branch or a tag."""

    name: str
    revision: str
    kind: str

    @classmethod
    def of(cls, reference: str, kind: str) -> "Repo":
        """Read hub:OWNER/NAME@REVISION; without a revision it is the newest commit."""
        name, _, revision = reference.removeprefix(HUB).partition("@")
        return cls(name, revision or "main", kind)

    def __str__(self) -> str:
        return f"{self.kind} {HUB}{self.name}" + ("" if self.revision == "main" else f"@{self.revision}")

    def fetch(self, files: Sequence[str], leave: Sequence[str] = ()) -> Path:
        """The folder in the cache, named by the commit, with the files that match ``files`` and none of ``leave``.

        A commit that is there is not asked for again. What is missing is downloaded: a connection that breaks is taken up where
        it broke, and what had arrived whole stays for the next run. UserError where there is no such thing or no room for it;
        HubUnreachable where the Hub gives no answer and the cache has not got it.
        """
        from huggingface_hub import DryRunFileInfo, snapshot_download

        ask: dict[str, Any] = {"repo_id": self.name, "repo_type": self.kind, "revision": self.revision}
        ask |= {"allow_patterns": list(files), "ignore_patterns": list(leave)}
        cached = _cached(ask)
        if cached and COMMIT.fullmatch(self.revision):
            return cached
        try:
            plan = cast("list[DryRunFileInfo]", snapshot_download(**ask, dry_run=True))
            missing = sum(file.file_size or 0 for file in plan if file.will_download)
            if not plan:
                raise UserError(f"The {self} holds none of the files {', '.join(files)}.")
            if missing:
                _check_room(self, missing)
                print(f"fetching the {self}, {_size(missing)}, commit {plan[0].commit_hash}", file=sys.stderr)
            return Path(cast(str, snapshot_download(**ask)))
        except UserError:
            raise
        except Exception as error:  # the client's own, its transport's, and those of the disk have nothing in common
            failure = hub_failure(f"The {self} cannot be fetched", error, self.kind)
            if cached and isinstance(failure, HubUnreachable):
                print(f"{failure} The commit that is in the cache, {cached.name}, takes its place.", file=sys.stderr)
                return cached
            raise failure from error


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


def check_room(what: str, size: int, folder: Path) -> None:
    """UserError unless ``size`` bytes more find room where ``folder`` is or will be."""
    free = free_bytes(folder)
    if size > free:
        raise UserError(
            f"{what} needs {_size(size)}, and the disk of {folder} has {_size(free)} left: make room, or set HF_HOME to "
            "a folder on another disk."
        )


def _size(n: int) -> str:
    return f"{n / 1e9:.1f} GB" if n >= 10**9 else f"{n / 1e6:.1f} MB"


def _check_room(repo: Repo, size: int) -> None:
    from huggingface_hub import constants

    check_room(f"The {repo}", size, Path(constants.HF_HUB_CACHE))


def _cached(ask: dict) -> Path | None:
    """What the cache has of it, where that is the whole."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(cast(str, snapshot_download(**ask, local_files_only=True)))
    except (LocalEntryNotFoundError, HFValidationError):
        return None
