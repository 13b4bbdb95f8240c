"""Where practice comes from: lists and tables of what was solved elsewhere, read without knowing the catalogue."""
