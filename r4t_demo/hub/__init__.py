"""The Hugging Face Hub: checkpoints and catalogues from it and to it, and the Space."""
