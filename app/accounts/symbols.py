"""The 24 symbols a person may have; their shapes stand in templates/_symbols.html."""

from flask_babel import gettext as _

SYMBOLS = (
    "fish", "kite", "leaf", "boat", "star", "moon", "sun", "bird", "tree", "drop",
    "key", "bell", "shell", "hill", "cup", "drum", "feather", "flower", "lamp",
    "apple", "wheel", "cloud", "butterfly", "anchor",
)  # fmt: skip
# So many in their order open an account, on devices that a teacher opened to them.
PICTURES = 3


def symbol_names() -> dict[str, str]:
    """Call each symbol as the reader of this page does, in the order of SYMBOLS."""
    return {
        "fish": _("Fish"), "kite": _("Kite"), "leaf": _("Leaf"), "boat": _("Boat"),
        "star": _("Star"), "moon": _("Moon"), "sun": _("Sun"), "bird": _("Bird"),
        "tree": _("Tree"), "drop": _("Drop"), "key": _("Key"), "bell": _("Bell"),
        "shell": _("Shell"), "hill": _("Hill"), "cup": _("Cup"), "drum": _("Drum"),
        "feather": _("Feather"), "flower": _("Flower"), "lamp": _("Lamp"),
        "apple": _("Apple"), "wheel": _("Wheel"), "cloud": _("Cloud"),
        "butterfly": _("Butterfly"), "anchor": _("Anchor"),
    }  # fmt: skip
