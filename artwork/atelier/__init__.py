"""Atelier: the embedded catalogue, drawn by code from data (styles, garments, outfits)."""
