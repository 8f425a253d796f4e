"""clip-mini, the embedded encoder."""
