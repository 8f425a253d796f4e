"""The Results tab: what was measured, and a race on this machine."""
