"""What rooms above this one let be found by its title; they say so when they register."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Select

# The room of forums says which ones ANYONE reads: number, space, title, language.
forum_titles: dict[str, Callable[[], Select[Any]]] = {}
