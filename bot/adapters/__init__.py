"""One folder for each place where students chat, all with the same file names."""
