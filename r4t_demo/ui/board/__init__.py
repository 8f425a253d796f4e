"""A set as one picture."""
