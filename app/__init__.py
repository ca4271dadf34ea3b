"""Paravion: letters between schools, over a weak link or none."""
