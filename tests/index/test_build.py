"""From catalogue to index."""

import numpy as np

from r4t_demo.catalog import Catalog, Item
from r4t_demo.index.build import IMAGE_WEIGHT, embed_items
from r4t_demo.index.faiss_index import FaissIndex
from tests.doubles import HashEncoder


def test_rows_are_the_items_in_order(catalog: Catalog, index: FaissIndex, encoder: HashEncoder) -> None:
    assert len(index) == len(catalog) == 48
    np.testing.assert_allclose(index.vectors(np.arange(48)), embed_items(catalog.items, encoder), atol=1e-6)
    assert (index.encoder_id, index.source) == (encoder.id, catalog.fingerprint)


def test_a_vector_is_half_picture_half_title(catalog: Catalog, encoder: HashEncoder) -> None:
    item = catalog.items[7]
    title = encoder.encode_text([item.title])[0]
    bare = embed_items([Item("x", item.title, item.category, None)], encoder)[0]
    np.testing.assert_allclose(bare, title, atol=1e-6)
    both = embed_items([item], encoder)[0]
    picture = both * np.linalg.norm(title) - both @ title * title  # what the picture adds lies beside the title
    assert np.linalg.norm(picture) > 0.1
    assert IMAGE_WEIGHT == 0.5
    np.testing.assert_allclose(np.linalg.norm(both), 1.0, atol=1e-6)
