"""A fortnight of one student on a virtual clock: the script, the real service, the transcript and its figures."""
