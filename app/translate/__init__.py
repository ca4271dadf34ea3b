"""Translation on this machine, with Argos packs."""
