"""The terminal: a student talks to the mentor in the shell."""
