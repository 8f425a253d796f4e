"""The tab of a visitor's own catalogue."""
