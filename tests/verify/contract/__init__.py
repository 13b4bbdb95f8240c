"""The data contract as a thing to compare: parsed from its text, and read off the documents."""
