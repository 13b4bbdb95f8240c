"""What endpoints that call themselves OpenAI-compatible really send, made what the API's description says."""
