"""What only the service itself can answer."""
