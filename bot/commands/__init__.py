"""The commands of ``wence``, one module each."""
