"""Forums of a classroom or a partnership."""
