"""What stands before the answering chain: limits, privacy, metrics, logs, start-up."""
