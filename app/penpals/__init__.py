"""Letters between two pupils."""
