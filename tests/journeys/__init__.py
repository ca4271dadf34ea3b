"""Whole stories on a running server."""
