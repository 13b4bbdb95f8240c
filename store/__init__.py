"""What is kept: documents, indexes, repositories, units of work, the MongoDB client, the embedded server."""
