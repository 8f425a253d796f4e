"""The diffusion retriever: training pairs, teacher, one-step student."""
