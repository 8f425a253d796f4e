"""Texts and catalogues that training reads."""
