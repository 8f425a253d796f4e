"""The commands of ``python -m r4t_demo``: a file each, and what they share."""
