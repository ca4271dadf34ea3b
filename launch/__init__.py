"""What `run.py` does, by the standard library alone, on Windows, macOS and Linux."""
