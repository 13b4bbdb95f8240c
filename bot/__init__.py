"""Where students meet the mentor: adapters, commands, the life of a message, delivery, settings."""
