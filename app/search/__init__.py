"""Search with Whoosh: in my language, what they wrote in theirs."""
