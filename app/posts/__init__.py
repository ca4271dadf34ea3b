"""Threads and posts: the one door, and who may read and act.

In: `form` is read, `sending` settles what it becomes, `publishing` is the door;
`threads` begins one, `quoting` notes what is answered. Not yet in: `drafting`,
with `destinations` for where a draft goes. Out: `reading` for a thread's page,
`showing` for single posts, `marks` for what has been read, `standing` for what
their author is told. Later: `editing`, `withdrawing`, `history` with its
`differences`, and `rendering_again` after an update. Pages: `views`, `answer_views`, `draft_views`, `edit_views`.
"""
