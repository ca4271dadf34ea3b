"""What an index holds, term by term, so that two of them can be compared."""

from pathlib import Path

from app.search.index import open_index

# (field, term) -> the ids of the posts it leads to, once for each document.
Held = dict[tuple[str, bytes], list[int]]


def held_in(folder: Path) -> Held:
    index = open_index(folder)
    reader = index.reader()
    try:
        if not reader.doc_count():
            return {}
        post_of = reader.column_reader("post")
        found = {
            (field, term): sorted(
                int(post_of[n]) for n in reader.postings(field, term).all_ids()
            )
            for field, term in reader.all_terms()
        }
    finally:
        reader.close()
        index.storage.close_files()
    return {key: posts for key, posts in found.items() if posts}
