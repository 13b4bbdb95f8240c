"""Reading lists of past solves."""
