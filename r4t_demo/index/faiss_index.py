"""The in-process index: FAISS, exact inner product, saved beside a manifest that tells a changed file."""

import hashlib
import json
from pathlib import Path

import faiss
import numpy as np

from r4t_demo.errors import UserError
from r4t_demo.files import write_atomically

VECTORS_FILE, MANIFEST_FILE = "vectors.faiss", "manifest.json"
KIND = "faiss-flat-ip"


class FaissIndex:
    """A VectorIndex over unit rows. ``encoder_id`` says whose vectors they are, ``source`` what they were made from."""

    def __init__(self, index: faiss.IndexFlatIP, encoder_id: str, source: str = ""):
        self._index = index
        self.encoder_id = encoder_id
        self.source = source
        self.dim: int = index.d

    @classmethod
    def build(cls, vectors: np.ndarray, encoder_id: str, source: str = "") -> "FaissIndex":
        """Index unit rows of shape (n, d). ``source``: a digest of the catalogue, kept in the manifest."""
        rows = np.ascontiguousarray(vectors, dtype=np.float32)
        if rows.ndim != 2 or not len(rows):
            raise UserError(f"An index needs at least one vector in rows; got an array of shape {rows.shape}.")
        if not np.allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-3):
            raise UserError("An index needs unit vectors: normalise the rows first.")
        index = faiss.IndexFlatIP(rows.shape[1])
        index.add(rows)
        return cls(index, encoder_id, source)

    def __len__(self) -> int:
        return self._index.ntotal

    def search(self, vectors: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
        """See VectorIndex.search."""
        return self._index.search(np.ascontiguousarray(vectors, dtype=np.float32), min(n, len(self)))

    def vectors(self, rows: np.ndarray) -> np.ndarray:
        """See VectorIndex.vectors."""
        rows = np.asarray(rows, dtype=np.int64)
        return self._index.reconstruct_batch(rows.ravel()).reshape(*rows.shape, self.dim)

    def save(self, folder: Path | str) -> None:
        """Write both files, each through a temporary file; the manifest last, so that a torn save is told by ``load``."""
        folder = Path(folder)
        write_atomically(folder / VECTORS_FILE, lambda temporary: faiss.write_index(self._index, str(temporary)))
        manifest = json.dumps(self._manifest(_sha256(folder / VECTORS_FILE)), indent=2) + "\n"
        write_atomically(folder / MANIFEST_FILE, lambda temporary: temporary.write_text(manifest, encoding="utf-8"))

    @classmethod
    def load(cls, folder: Path | str, encoder_id: str | None = None, source: str | None = None) -> "FaissIndex":
        """Read an index and check it against its manifest, and against the encoder and source that the caller expects."""
        folder = Path(folder)
        manifest = _read_manifest(folder)
        path = folder / VECTORS_FILE
        if not path.is_file() or _sha256(path) != manifest.get("sha256"):
            raise UserError(f"The index in '{folder}' is damaged: {VECTORS_FILE} does not match its manifest. {_REBUILD}")
        loaded = cls(faiss.read_index(str(path)), manifest.get("encoder"), manifest.get("source"))
        if loaded._manifest(manifest["sha256"]) != manifest:
            raise UserError(f"The index in '{folder}' is damaged: {MANIFEST_FILE} does not describe {VECTORS_FILE}. {_REBUILD}")
        if encoder_id is not None and loaded.encoder_id != encoder_id:
            made_by = f"was made with the encoder '{loaded.encoder_id}', not '{encoder_id}'"
            raise UserError(f"The index in '{folder}' {made_by}. {_REBUILD}")
        if source is not None and loaded.source != source:
            raise UserError(f"The index in '{folder}' was made from another version of the catalogue. {_REBUILD}")
        return loaded

    def _manifest(self, digest: str) -> dict[str, object]:
        shape = {"kind": KIND, "ntotal": len(self), "d": self.dim}
        return {**shape, "encoder": self.encoder_id, "source": self.source, "sha256": digest}


_REBUILD = "Make it again: python -m r4t_demo index --catalog FOLDER"


def _read_manifest(folder: Path) -> dict[str, object]:
    path = folder / MANIFEST_FILE
    if not path.is_file():
        raise UserError(f"There is no index in '{folder}'. Make it: python -m r4t_demo index --catalog FOLDER")
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        manifest = None
    if not isinstance(manifest, dict):
        raise UserError(f"The index in '{folder}' is damaged: {MANIFEST_FILE} is not a JSON object. {_REBUILD}")
    return manifest


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
