"""Turn a question into a verified answer, and serve it."""
