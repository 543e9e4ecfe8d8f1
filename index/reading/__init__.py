"""Files as received -> text: one module for each kind of file."""
