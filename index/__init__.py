"""Turn policy files into searchable clauses, and questions into hits."""
