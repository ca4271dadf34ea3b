"""The 24 symbols a person may have; their shapes stand in templates/_symbols.html."""

SYMBOLS = (
    "fish", "kite", "leaf", "boat", "star", "moon", "sun", "bird", "tree", "drop",
    "key", "bell", "shell", "hill", "cup", "drum", "feather", "flower", "lamp",
    "apple", "wheel", "cloud", "butterfly", "anchor",
)  # fmt: skip
