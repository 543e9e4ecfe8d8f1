"""Speed, memory and retrieval measured beside baselines."""
