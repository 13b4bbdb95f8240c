"""The contract: one pydantic document for each collection."""
