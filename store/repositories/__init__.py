"""How documents are read and written, always on behalf of somebody."""
