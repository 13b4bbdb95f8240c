"""What can be done: every verb of the system as a plain typed async function."""
