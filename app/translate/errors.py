"""What can go wrong with a pack, in a sentence for the person at the terminal."""


class PackRefused(Exception):  # noqa: N818  # a refusal is an answer, not a fault
    """This pack was not installed; the text says why and what to do next."""
