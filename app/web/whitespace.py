"""Templates have a line for each thing; pages made of them need none of those ends."""

import re
from collections.abc import Iterator

from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

# Browsers show no white space beside these, with the stylesheet or without. Not so
# `li`, `form` and `label`, which it sets in a line or which stand in one without it.
BLOCKS = (
    r"(?:!doctype|html|meta|link|title|header|nav|main|article|footer|div|h[1-6]|p|ul|ol|"
    r"blockquote|fieldset|legend|details|summary|table|caption|thead|tbody|tr|th|td|option)"
)
BEFORE_BLOCK = re.compile(rf"\s*\n\s*(?=</?{BLOCKS}\b)")
AFTER_BLOCK = re.compile(rf"(</?{BLOCKS}(?: [^<>]*)?>)\s*\n\s*")


class WithoutLineEnds(Extension):
    """Takes them out when a template is compiled, and none of what it fills in."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        for token in stream:
            if token.type != "data":
                yield token
                continue
            said = AFTER_BLOCK.sub(r"\1", BEFORE_BLOCK.sub("", token.value))
            yield Token(token.lineno, token.type, said)
