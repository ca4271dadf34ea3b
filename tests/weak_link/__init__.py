"""Sends over links that break, against the real server in a process of its own."""
