"""What the pages, the JSON API and agents have in common."""
