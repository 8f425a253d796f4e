"""Where an index can be, as the setting ``index`` names it: FAISS in the catalogue's folder, or a copy of that in Milvus."""

import hashlib
import re

import numpy as np

from r4t_demo.catalog import INDEX_FOLDER as FOLDER
from r4t_demo.catalog import Catalog
from r4t_demo.errors import UserError
from r4t_demo.index.base import VectorIndex
from r4t_demo.index.faiss_index import BLOCK, FaissIndex

MILVUS = "milvus:"  # before the URI


def open_index(where: str, catalog: Catalog, encoder_id: str) -> VectorIndex:
    """Open the index that ``where`` names: empty is FAISS in the catalogue's folder, milvus:URI a collection there.

    A collection that is missing is filled from the folder's index. UserError when an index is missing or of something else.
    """
    if not where:
        return FaissIndex.load(catalog.root / FOLDER, encoder_id, catalog.fingerprint, _categories(catalog))
    milvus, uri = _milvus(), where.removeprefix(MILVUS)
    if not milvus.exists(uri, _collection(catalog)):
        return fill_milvus(where, catalog, encoder_id)
    return milvus(uri, _collection(catalog), encoder_id, _source(catalog))


def fill_milvus(where: str, catalog: Catalog, encoder_id: str) -> VectorIndex:
    """Copy the index in the catalogue's folder to the Milvus that ``where`` names, in the place of an older copy."""
    local = FaissIndex.load(catalog.root / FOLDER, encoder_id, catalog.fingerprint)
    categories = _categories(catalog)
    blocks = (
        (local.vectors(np.arange(start, min(start + BLOCK, len(local)))), categories[start : start + BLOCK])
        for start in range(0, len(local), BLOCK)
    )
    uri = where.removeprefix(MILVUS)
    return _milvus().create(uri, _collection(catalog), blocks, local.dim, encoder_id, _source(catalog))


def _milvus():
    try:
        from r4t_demo.index.milvus_index import MilvusIndex
    except ImportError:
        raise UserError("Milvus needs further packages: pip install -r requirements-scale.txt") from None
    return MilvusIndex


def _collection(catalog: Catalog) -> str:
    return "r4t_" + re.sub(r"[^0-9A-Za-z]", "_", catalog.name)


def _source(catalog: Catalog) -> str:
    """A digest of what a collection holds: the vectors' own, and the categories that lie beside them."""
    return hashlib.sha256("\n".join([catalog.fingerprint, *_categories(catalog)]).encode()).hexdigest()


def _categories(catalog: Catalog) -> list[str]:
    return [item.category for item in catalog.items]
