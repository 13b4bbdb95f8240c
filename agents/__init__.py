"""Who answers: the LangChain mentor, the offline coach, history and token accounting."""
