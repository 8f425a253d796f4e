"""The in-process index: FAISS, inner product of unit rows, saved beside a manifest that tells a changed file."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import faiss
import numpy as np

from r4t_demo.errors import UserError
from r4t_demo.files import write_atomically
from r4t_demo.index.kinds import EXACT_BELOW, Flat, IvfPq, Kind, kind_of, measured_effort

VECTORS_FILE, MANIFEST_FILE = "vectors.faiss", "manifest.json"
BLOCK = 65_536  # rows taken at a time, so that a memory-mapped array is never read whole
# FAISS compares query by query until their vectors hold 128,000 numbers together; as one product of matrices, ten queries take
# half the time over 2,600 items, and two hundred a seventh.
faiss.cvar.distance_compute_blas_threshold = 1024


class FaissIndex:
    """A VectorIndex of one of the kinds in ``kinds``.

    ``encoder_id`` says whose vectors they are, ``source`` what they were made from. ``categories`` are the rows' names to
    filter by; they are the catalogue's to keep and not part of the file.
    """

    def __init__(self, index: faiss.Index, encoder_id: str, source: str = "", categories: Sequence[str] | None = None):
        self.kind = cast(Kind, kind_of(index))  # ``load`` refuses an index without one
        self.encoder_id, self.source = encoder_id, source
        self.dim: int = index.d
        self._index = index
        self._codes: np.ndarray | None = None
        if categories is not None:
            if len(categories) != len(self):
                raise UserError(f"There are {len(categories)} categories for the {len(self)} rows of an index: give one a row.")
            self._names, self._codes = np.unique(np.asarray(categories, dtype=str), return_inverse=True)

    @classmethod
    def build(
        cls,
        vectors: np.ndarray,
        encoder_id: str,
        source: str = "",
        categories: Sequence[str] | None = None,
        kind: Kind = Flat(),  # noqa: B008 - frozen
    ) -> "FaissIndex":
        """Index unit rows of shape (n, d), which may be memory-mapped, in a kind that ``kinds.choose`` names.

        ``source``: a digest of the catalogue, kept in the manifest.
        """
        if vectors.ndim != 2 or not len(vectors):
            raise UserError(f"An index needs at least one vector in rows; got an array of shape {vectors.shape}.")
        index = kind.empty(vectors.shape[1])
        if kind.training_rows():
            sample = np.random.default_rng(0).permutation(len(vectors))[: kind.training_rows()]
            index.train(_unit_rows(vectors[np.sort(sample)]))
        for start in range(0, len(vectors), BLOCK):
            index.add(_unit_rows(vectors[start : start + BLOCK]))
        if not isinstance(kind, Flat):
            kind.set_effort(index, kind.effort or measured_effort(index, kind))
        return cls(index, encoder_id, source, categories)

    def __len__(self) -> int:
        return self._index.ntotal

    def search(
        self, vectors: np.ndarray, n: int, *, effort: int | None = None, categories: Sequence[str] | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """See VectorIndex.search."""
        vectors = np.ascontiguousarray(vectors, dtype=np.float32)
        kind, index, selector, n = self.kind, self._index, None, min(n, len(self))
        if categories is not None:
            chosen = self._rows_in(categories)
            found = int(np.count_nonzero(chosen))
            n, selector = min(n, found), faiss.IDSelectorBitmap(np.packbits(chosen, bitorder="little"))
            if found < EXACT_BELOW:  # a walk over a graph, or a look into a few lists, would miss most of so few
                kind, index = Flat(), kind.exact(index)
        if n == 0:
            return np.empty((len(vectors), 0), np.float32), np.empty((len(vectors), 0), np.int64)
        scores, rows = index.search(vectors, n, params=kind.parameters(effort, n, selector))
        scores[rows < 0] = -np.inf
        return scores, rows

    def vectors(self, rows: np.ndarray) -> np.ndarray:
        """See VectorIndex.vectors."""
        rows = np.asarray(rows, dtype=np.int64)
        return self.kind.exact(self._index).reconstruct_batch(rows.ravel()).reshape(*rows.shape, self.dim)

    def save(self, folder: Path | str) -> None:
        """Write both files, each through a temporary file; the manifest last, so that a torn save is told by ``load``."""
        folder = Path(folder)
        write_atomically(folder / VECTORS_FILE, lambda temporary: faiss.write_index(self._index, str(temporary)))
        manifest = self._manifest(_sha256(folder / VECTORS_FILE))
        write_atomically(folder / MANIFEST_FILE, lambda temporary: temporary.write_bytes(manifest.encode()))

    @classmethod
    def load(
        cls,
        folder: Path | str,
        encoder_id: str | None = None,
        source: str | None = None,
        categories: Sequence[str] | None = None,
    ) -> "FaissIndex":
        """Read an index and check it against its manifest, and against the encoder and source that the caller expects."""
        folder = Path(folder)
        text, manifest = _read_manifest(folder)
        path = folder / VECTORS_FILE
        if not path.is_file() or _sha256(path) != manifest.get("sha256"):
            raise UserError(f"The index in '{folder}' is damaged: {VECTORS_FILE} does not match its manifest. {_REBUILD}")
        mapped = manifest.get("kind") == IvfPq.name  # this kind need not hold its vectors in memory
        index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC if mapped else 0)
        loaded = cls(index, cast(str, manifest.get("encoder")), cast(str, manifest.get("source")))
        if loaded.kind is None or loaded._manifest(manifest["sha256"]) != text:
            raise UserError(f"The index in '{folder}' is damaged: {MANIFEST_FILE} does not describe {VECTORS_FILE}. {_REBUILD}")
        if encoder_id is not None and loaded.encoder_id != encoder_id:
            made_by = f"was made with the encoder '{loaded.encoder_id}', not '{encoder_id}'"
            raise UserError(f"The index in '{folder}' {made_by}. {_REBUILD}")
        if source is not None and loaded.source != source:
            raise UserError(f"The index in '{folder}' was made from another version of the catalogue. {_REBUILD}")
        return loaded if categories is None else cls(index, loaded.encoder_id, loaded.source, categories)

    def _manifest(self, digest: str) -> str:
        """The manifest's text. It is compared as text, so that no changed byte of it goes unseen."""
        shape = {"kind": self.kind.name, **asdict(self.kind), "ntotal": len(self), "d": self.dim}
        return json.dumps({**shape, "encoder": self.encoder_id, "source": self.source, "sha256": digest}, indent=2) + "\n"

    def _rows_in(self, categories: Sequence[str]) -> np.ndarray:
        """(n,) bool."""
        if self._codes is None:
            raise UserError("This index was opened without its rows' categories, so it cannot be filtered by them.")
        return np.isin(self._names, list(categories))[self._codes]


_REBUILD = "Make it again: python -m r4t_demo index --catalog FOLDER"


def _unit_rows(rows: np.ndarray) -> np.ndarray:
    rows = np.ascontiguousarray(rows, dtype=np.float32)
    if not np.allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-3):
        raise UserError("An index needs unit vectors: normalise the rows first.")
    return rows


def _read_manifest(folder: Path) -> tuple[str, dict[str, Any]]:
    path = folder / MANIFEST_FILE
    if not path.is_file():
        raise UserError(f"There is no index in '{folder}'. Make it: python -m r4t_demo index --catalog FOLDER")
    try:
        text = path.read_bytes().decode("utf-8")  # read_text would take a changed line end for the same
        manifest = json.loads(text)
    except ValueError:
        manifest = None
    if not isinstance(manifest, dict):
        raise UserError(f"The index in '{folder}' is damaged: {MANIFEST_FILE} is not a JSON object. {_REBUILD}")
    return text, manifest


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
