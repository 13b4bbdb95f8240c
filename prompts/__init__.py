"""What the model is told: Markdown files and one loader."""
