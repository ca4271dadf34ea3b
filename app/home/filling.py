"""My post as one page: all that is new, in its order, until the page is full."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from flask import get_template_attribute
from flask_babel import ngettext
from markupsafe import Markup

from app.accounts.models import Account
from app.accounts.sessions import kept_forms
from app.home.envelope import Envelope
from app.home.news import (
    ANNOUNCED,
    BEGUN,
    FOLLOWED,
    LETTER,
    POSTS_IN_FULL,
    QUIET,
    THREADS_LISTED,
    News,
    threads_with_news,
    unread_posts,
)
from app.home.standing import OWN_LISTED, Own, own_posts
from app.posts import marks
from app.posts.models import LETTERS, RETURNED
from app.posts.showing import ShownPost, beginning, shown
from app.web.langs import direction, page_lang

# Design section 7 allows a page 14,000 bytes in all; headers, layout and the words
# round about take 800 to 1,300 of them.
NEWS_BYTES = 12_400
# At most this for her own posts and drafts, which stand there until she does something.
OWN_BYTES = 5_000
# Kept back from the letters for the titles of new threads.
TITLES_BYTES = 1_000
# So much of a letter, however much stands above it.
LETTER_BYTES = 3_000
# What stands round a form that came too late, round a thread's posts, round a line.
KEPT_BYTES, TALK_BYTES, LINE_BYTES = 400, 200, 30
QUIET_LISTED = 5
# Of a letter that no page holds; each further try is shorter.
CUT_BYTES, SHORTER = 15_000, 0.9


@dataclass(frozen=True)
class Talk:
    """What is new in one thread, oldest first."""

    thread: News
    posts: Sequence[ShownPost]
    articles: Sequence[Markup]
    # Proves that these posts arrived; for what she answers.
    proof: str
    # Whether more is new in it than the page holds.
    more: bool


@dataclass(frozen=True)
class MyPost:
    """What one pupil's page holds."""

    talks: Sequence[Talk]
    begun: Sequence[News]
    quiet: Sequence[News]
    own: Sequence[Own]
    drafts: Sequence[Own]
    # For `marks.show`: all of it as far as it is new.
    found: dict[int, int]
    # Whether something new did not fit.
    more: bool
    has_pen_pals: bool

    @property
    def announcements(self) -> list[Talk]:
        return self._of_rank(ANNOUNCED)

    @property
    def letters(self) -> list[Talk]:
        return self._of_rank(LETTER)

    @property
    def replies(self) -> list[Talk]:
        return self._of_rank(FOLLOWED)

    def _of_rank(self, rank: int) -> list[Talk]:
        return [talk for talk in self.talks if talk.thread.rank == rank]

    @property
    def in_short(self) -> str:
        """Say what the page holds, for its title: 1 letter, 1 draft."""
        told, letters = len(self.announcements), _post_count(self.letters)
        replies = _post_count(self.announcements + self.replies) - told
        begun, drafts = len(self.begun), len(self.drafts)
        notes = sum(post.state == RETURNED for post in self.own)
        said = (
            told and ngettext("%(num)s announcement", "%(num)s announcements", told),
            letters and ngettext("%(num)s letter", "%(num)s letters", letters),
            replies and ngettext("%(num)s reply", "%(num)s replies", replies),
            begun and ngettext("%(num)s new thread", "%(num)s new threads", begun),
            notes and ngettext("%(num)s note", "%(num)s notes", notes),
            drafts and ngettext("%(num)s draft", "%(num)s drafts", drafts),
        )
        comma = "، " if direction(page_lang()) == "rtl" else ", "
        return comma.join(words for words in said if words)


def _post_count(talks: Iterable[Talk]) -> int:
    return sum(len(talk.posts) for talk in talks)


def fill(viewer: Account) -> MyPost:
    """Gather what is new for a pupil, as much as one page holds; five queries at most.

    A proof of it skips nothing: it names threads as far as their posts were shown,
    oldest first, and `EVERYTHING` as far as titles and her own posts were.
    """
    threads = threads_with_news(viewer)
    listed, beyond = threads[:THREADS_LISTED], threads[THREADS_LISTED:]
    page = Envelope(NEWS_BYTES)
    for form in kept_forms():
        page.takes(form.words, KEPT_BYTES)
    own = own_posts(viewer)
    own_shown = _own_lines(own, page)
    page.left_bytes = max(page.left_bytes, LETTER_BYTES)

    titles = [thread for thread in listed if thread.rank == BEGUN]
    in_full = [thread for thread in listed if thread.rank <= FOLLOWED]
    talks, all_posts = _talks(in_full, viewer, page, TITLES_BYTES if titles else 0)
    begun = [thread for thread in titles if page.takes(thread.title, LINE_BYTES)]

    steps = [(post.change_no, post in own_shown) for post in own if post.is_told_once]
    steps += [(thread.begun_no or 0, thread in begun) for thread in titles]
    steps += [_unseen(thread) for thread in beyond if thread.rank != QUIET]
    up_to, all_told = _told(steps)
    found = {talk.thread.id: talk.posts[-1].post.change_no for talk in talks}
    return MyPost(
        talks=talks,
        begun=begun,
        quiet=[thread for thread in listed if thread.rank == QUIET],
        own=[post for post in own_shown if not post.is_draft],
        drafts=[post for post in own_shown if post.is_draft],
        found=found | ({marks.EVERYTHING: up_to} if up_to else {}),
        more=not (all_posts and all_told),
        # Her letters without news come last, and some may be beyond what is listed.
        has_pen_pals=bool(beyond) or any(one.kind == LETTERS for one in listed),
    )


def _own_lines(own: Sequence[Own], page: Envelope) -> list[Own]:
    """Take what stands there every day, but never all of the page for it."""
    kept_back = page.left_bytes - OWN_BYTES
    told_once = [post for post in own if post.is_told_once]
    return [
        post
        for post in own
        if post not in told_once[OWN_LISTED:]
        and page.takes(post.in_short, LINE_BYTES, kept_back=kept_back)
    ]


def _unseen(thread: News) -> tuple[int, bool]:
    """Stand for all that follows a thread which the page's lists have no place for."""
    return (thread.begun_no or 0) if thread.rank == BEGUN else 0, False


def _told(steps: Iterable[tuple[int, bool]]) -> tuple[int, bool]:
    """Say up to which change all was shown, and whether that is all there is."""
    up_to = 0
    for change_no, was_shown in sorted(steps):
        if not was_shown:
            return up_to, False
        up_to = change_no
    return up_to, True


def _talks(
    threads: Sequence[News], viewer: Account, page: Envelope, kept_back: int
) -> tuple[list[Talk], bool]:
    """Take new posts thread by thread, and say whether those were all."""
    posts = unread_posts(threads, viewer)
    thread_of = {post.id: post.thread_id for post in posts}
    found: dict[int, list[ShownPost]] = defaultdict(list)
    if posts:
        for item in shown(posts[:POSTS_IN_FULL], viewer, whole=True):
            found[thread_of[item.post.id]].append(item)
    # Of the first that has no place only the thread is told, that there is more in it.
    torn = {thread_of[post.id] for post in posts[POSTS_IN_FULL:]}
    complete = not torn and len(threads) <= POSTS_IN_FULL
    talks: list[Talk] = []
    for thread in threads:
        items = found[thread.id]
        taken = _fitting(items, thread, page, kept_back, first=not talks)
        complete = complete and len(taken) == len(items)
        if taken:
            shown_posts, articles = zip(*taken, strict=True)
            read = {thread.id: shown_posts[-1].post.change_no}
            more = len(taken) < len(items) or thread.id in torn
            proof = marks.proof(viewer, read)
            talks.append(Talk(thread, shown_posts, articles, proof, more))
    return talks, complete


Articles = list[tuple[ShownPost, Markup]]


def _fitting(
    items: Sequence[ShownPost],
    thread: News,
    page: Envelope,
    kept_back: int,
    *,
    first: bool,
) -> Articles:
    taken: Articles = []
    for item in items:
        article, around = _article(item, thread), 0 if taken else TALK_BYTES
        if not page.takes(article, around, kept_back=kept_back):
            if taken or not first:
                break
            item = _cut(item, thread, page, kept_back)
            article = _article(item, thread)
        taken.append((item, article))
    return taken


def _cut(item: ShownPost, thread: News, page: Envelope, kept_back: int) -> ShownPost:
    """Shorten the first letter of a page, which no page holds, until this one does."""
    most_bytes = CUT_BYTES
    while True:
        body = beginning(item.words.source, most_bytes)
        shorter = replace(item, body=body, shortened=True)
        article = _article(shorter, thread)
        if page.takes(article, TALK_BYTES, kept_back=kept_back):
            return shorter
        most_bytes = int(most_bytes * SHORTER)


def _article(item: ShownPost, thread: News) -> Markup:
    say = get_template_attribute("_macros.html", "post_articles")
    return Markup(say([item], False, thread.rank == LETTER))  # noqa: FBT003, S704  # a macro's own
