"""What persons say of translations: words of a class, mended sentences, wrong readings."""
