"""What PrepMate looks at to say whether it works here: the machine, the database, the model's endpoint."""
