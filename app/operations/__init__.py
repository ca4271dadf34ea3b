"""Set-up, health, backup and restore, and the living example."""
