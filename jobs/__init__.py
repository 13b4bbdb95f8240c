"""What happens by itself: recurring and queued work."""
