"""Holding, releasing, hiding, reports, and the log of who did what."""
