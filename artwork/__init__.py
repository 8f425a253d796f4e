"""Draws what assets/ holds: the embedded catalogue and the sample of things for the home. Not part of the package."""
