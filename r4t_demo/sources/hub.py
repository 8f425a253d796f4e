"""A dataset on the Hub, read over the net as it is needed: no file of it is kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import BinaryIO, cast

from r4t_demo.errors import UserError
from r4t_demo.settings import HUB as PREFIX
from r4t_demo.sources.base import Refusal
from r4t_demo.sources.files import inside


class HubFiles:
    """The files of the dataset ``repo``, ORG/NAME@REVISION; without a revision, of its newest commit."""

    def __init__(self, repo: str):
        self.name = f"{PREFIX}{repo}"
        self.repo, _, self.revision = repo.partition("@")

    def names(self) -> list[str | Refusal]:
        return [name for name in sorted(self._listing[1]) if not name.startswith(".")]

    def identity(self) -> list:
        return [self.repo, self._listing[0]]

    def identity_of(self, name: str) -> list:
        return [*self.identity(), name]

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        inside(name)
        commit, names = self._listing
        if name not in names:
            raise UserError(f"'{name}' is not in the dataset {self.repo}")
        with self._told(), open_file(self.repo, commit, name) as file:
            yield file

    @cached_property
    def _listing(self) -> tuple[str, set[str]]:
        with self._told():
            return list_files(self.repo, self.revision or None)

    @contextmanager
    def _told(self) -> Iterator[None]:
        from huggingface_hub.errors import HFValidationError, HTTPError

        try:
            yield
        except (OSError, HTTPError, HFValidationError) as error:
            reason = str(error).strip().partition("\n")[0] or type(error).__name__
            raise UserError(
                f"The dataset {self.repo} cannot be read from the Hub ({reason}). Check its name and the connection, then run the"
                " same command again: it goes on where it stopped."
            ) from error


def list_files(repo: str, revision: str | None) -> tuple[str, set[str]]:
    """The commit of a dataset's revision, None for the newest, and the names of its files."""
    from huggingface_hub import HfApi

    info = HfApi().dataset_info(repo, revision=revision)
    return cast(str, info.sha), {file.rfilename for file in info.siblings or ()}


def open_file(repo: str, commit: str, name: str) -> BinaryIO:
    """Open one file of a dataset; only the parts that are read come over the net."""
    from huggingface_hub import HfFileSystem

    return HfFileSystem().open(f"datasets/{repo}@{commit}/{name}", "rb")
