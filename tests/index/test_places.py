"""From a setting to the index that it names."""

import sys
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from r4t_demo.catalog import Catalog
from r4t_demo.errors import UserError
from r4t_demo.index.faiss_index import FaissIndex
from r4t_demo.index.places import fill_milvus, open_index
from tests.doubles import HashEncoder


@pytest.fixture(params=["faiss", "milvus-lite", "milvus-server"])
def where(request: pytest.FixtureRequest) -> str:
    fixtures = {"milvus-lite": "embedded", "milvus-server": "server"}
    return f"milvus:{request.getfixturevalue(fixtures[request.param])}" if request.param in fixtures else ""


def test_every_place_finds_the_same(where: str, catalog: Catalog, index: FaissIndex, encoder: HashEncoder) -> None:
    opened = open_index(where, catalog, encoder.id)
    queries = encoder.encode_text(["gothic red dress", "navy scarf"])
    scores, rows = opened.search(queries, 5, effort=len(catalog))
    for found, expected in zip((scores, rows), index.search(queries, 5), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-6)
    filtered = opened.search(queries, 48, categories=["boots", "hat"])[1]
    assert [Counter(catalog.items[row].category for row in found) for found in filtered] == [{"boots": 8, "hat": 8}] * 2


def test_a_collection_is_filled_once_and_anew_when_asked(embedded: str, catalog: Catalog, encoder: HashEncoder) -> None:
    where = f"milvus:{embedded}"
    filled = fill_milvus(where, catalog, encoder.id)
    filled._client.delete(filled.name, ids=[3])  # by somebody else
    filled._client.flush(filled.name)
    assert len(open_index(where, catalog, encoder.id)) == 47
    assert len(fill_milvus(where, catalog, encoder.id)) == len(open_index(where, catalog, encoder.id)) == 48


def test_a_collection_of_another_catalogue_or_encoder_is_told(embedded: str, catalog: Catalog, encoder: HashEncoder) -> None:
    where = f"milvus:{embedded}"
    fill_milvus(where, catalog, encoder.id)
    moved = replace(catalog, items=[replace(catalog.items[0], category="cape"), *catalog.items[1:]])
    with pytest.raises(UserError, match="another version of the catalogue. Fill it anew: python -m r4t_demo index"):
        open_index(where, moved, encoder.id)
    with pytest.raises(UserError, match="made with the encoder 'hash-48', not 'other'"):
        open_index(where, catalog, "other")


def test_without_the_packages_the_requirements_are_named(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "r4t_demo.index.milvus_index", None)
    with pytest.raises(UserError, match="pip install -r requirements-scale.txt"):
        open_index("milvus:any.db", catalog, "e")
