"""What another program may have stored: every field of every document with values that it should not have."""
