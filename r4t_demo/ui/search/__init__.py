"""The Search tab: a request, its answer, and what can be done with it."""
