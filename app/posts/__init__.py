"""Threads and posts: the one door, and who may read and act."""
