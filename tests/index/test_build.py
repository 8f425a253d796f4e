"""From catalogue to index."""

import numpy as np
from PIL import Image

from r4t_demo.catalog import Catalog, Item
from r4t_demo.index.build import IMAGE_WEIGHT, embed_items
from r4t_demo.index.faiss_index import FaissIndex
from tests.doubles import HashEncoder


def test_rows_are_the_items_in_order(catalog: Catalog, index: FaissIndex, encoder: HashEncoder) -> None:
    assert len(index) == len(catalog) == 48
    np.testing.assert_allclose(index.vectors(np.arange(48)), embed_items(catalog.items, encoder, 0.5), atol=1e-6)
    assert (index.encoder_id, index.source) == (encoder.id, catalog.fingerprint)


def test_a_vector_weighs_picture_and_title(catalog: Catalog, encoder: HashEncoder) -> None:
    item = catalog.items[7]
    title = encoder.encode_text([item.title])[0]
    bare = embed_items([Item("x", item.title, item.category, None)], encoder)[0]
    np.testing.assert_allclose(bare, title, atol=1e-6)
    with Image.open(item.image) as image:
        picture = encoder.encode_images([image.convert("RGB")])[0]
    mixed = IMAGE_WEIGHT * picture + (1 - IMAGE_WEIGHT) * title
    np.testing.assert_allclose(embed_items([item], encoder)[0], mixed / np.linalg.norm(mixed), atol=1e-6)
