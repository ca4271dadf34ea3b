"""Learning from one's own letters: word lists, and asking what a word means."""
