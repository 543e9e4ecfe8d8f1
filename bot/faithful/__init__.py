"""Whether a generated sentence says nothing that its cited clauses do not say."""
