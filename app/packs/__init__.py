"""Language packs: which are here, from where they come, and the models in them at work."""
