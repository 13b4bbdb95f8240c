"""One file a behaviour of the agent; `agents.mentor` says in which order they stand."""
