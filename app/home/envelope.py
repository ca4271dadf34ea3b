"""How much fits a page: text counts as what it costs on the wire."""

import zlib

from app.web.headers import GZIP_LEVEL

# As they stand on the page, for a telephone of little memory.
MOST_PLAIN_BYTES = 100_000


class Envelope:
    """What a page still holds; each text is packed behind those before it, as gzip will."""

    def __init__(self, most_bytes: int) -> None:
        self.left_bytes = most_bytes
        self._plain_bytes = MOST_PLAIN_BYTES
        self._packer = zlib.compressobj(GZIP_LEVEL)

    def takes(self, text: str, around: int = 0, *, kept_back: int = 0) -> bool:
        """Take a text with what stands around it, if it fits and leaves so much free."""
        raw, packer = text.encode(), self._packer.copy()
        packed = len(packer.compress(raw)) + len(packer.flush(zlib.Z_SYNC_FLUSH))
        left_bytes = self.left_bytes - packed - around
        if left_bytes < kept_back or len(raw) > self._plain_bytes:
            return False
        self._packer, self.left_bytes = packer, left_bytes
        self._plain_bytes -= len(raw)
        return True
