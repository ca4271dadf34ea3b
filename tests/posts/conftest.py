"""Fixtures: the packs that ship with the server, for what a writer tries out."""

from tests.starter_packs import unpacked, with_packs

__all__ = ["unpacked", "with_packs"]
