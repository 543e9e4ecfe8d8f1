"""How answers are measured against expectations."""
