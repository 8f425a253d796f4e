"""R4T demo: set-valued retrieval with a fan-out language model and a diffusion retriever."""
