"""One file for each behaviour around a model call."""
