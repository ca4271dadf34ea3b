"""Text of every script, direction, length and mischief, in each place of a school."""

from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple

from app.accounts.models import Account
from app.accounts.names import tidy
from app.accounts.shown_names import SHOWN_MAX, checked_shown_name
from app.classrooms.models import Classroom, Space
from app.db import db
from app.forums.arranging import CATEGORY_MAX, make_forum
from app.media.models import READY, Media
from app.moderation.hiding import report
from app.moderation.review import NOTE_MAX, return_to_author
from app.posts import editing, marks
from app.posts.drafting import Place, keep_draft
from app.posts.form import Written
from app.posts.models import Attachment, Draft, Post, Thread
from app.posts.publishing import checked_description
from app.posts.quoting import note_answer
from app.posts.threads import TITLE_MAX
from app.web.errors import Refused
from tests.builders import (
    a_classroom,
    a_forum,
    a_partnership,
    a_post,
    a_pupil,
    a_thread,
    letters_between,
    released,
    teacher_of,
)

FORUM_MAX = 80
# What stands beside it, and must look and read as if it stood alone.
CALM = "Quiet water runs deep."

ABOVE = [chr(n) for n in range(0x300, 0x315)]
BELOW = [chr(n) for n in range(0x316, 0x334)]
THROUGH = [chr(n) for n in (0x334, 0x335, 0x336, 0x337, 0x338, 0x489, 0x20DD, 0x20DE)]


class Text(NamedTuple):
    """What is written, and a word of it that search must find; none where it has none."""

    words: str
    word: str | None


def _stacked(word: str, *heaps: list[str]) -> str:
    return "".join(ch + "".join("".join(heap) for heap in heaps) for ch in word)


TEXTS = {
    "stacked accents": Text(_stacked("zalgo", ABOVE, BELOW, THROUGH) + " gazelle", "gazelle"),
    "one accent a hundred times": Text("a" + "\u0301" * 100 + " giraffe", "giraffe"),
    "accents hidden behind joiners": Text(
        "o" + "\u034f\u0302\u200d\u0323" * 40 + " lemur", "lemur"
    ),
    "Thai signs heaped up": Text("ก" + "็" * 60 + "ิ" * 60 + " มานี", "มานี"),
    "Arabic vowels heaped up": Text("ب" + "ّ" * 30 + "\u064b\u0654\u06e1" * 30 + " قارب", "قارب"),
    "Tibetan signs heaped up": Text("ཀ" + "ྵ" * 40 + "ི" * 40 + " བོད", "བོད"),
    "16,000 of one letter": Text("w" * 16_000, None),
    "16,000 of one emoji": Text("🌊" * 4_000, None),
    "a long address": Text(
        "http://example.org/" + "long/" * 300 + "?q=" + "a" * 500 + " okapi", "okapi"
    ),
    "an override left open": Text("\u202eokapi left \u202dopen\u202e antelope", "antelope"),
    "isolates left open": Text("\u2066\u2067\u2068" * 20 + "bison \u2069\u2069", "bison"),
    "embeddings closed too often": Text("\u202c" * 50 + "caribou \u202b\u202a", "caribou"),
    "letters nobody sees": Text(
        "\u200b\u2060\u00ad\ufeff\u180e" * 50 + "ze\u00adbra\u200b \u3164\u115f buffalo", "buffalo"
    ),
    "emoji families": Text("👨‍👩‍👧‍👦👩🏽‍🚀🏳️‍🌈🇺🇳👍🏿1️⃣" * 60 + " oryx", "oryx"),
    "private letters": Text("\ue000\uf8ff\U000f0000\U0010fffd" * 100 + " impala", "impala"),
    "tabs and spaces": Text("kudu" + "\t" * 200 + "\u3000" * 200 + "\xa0" * 400 + "eland", "eland"),
    "5,000 line ends": Text("hippo" + "\n" * 5_000 + "rhino", "rhino"),
    "5,000 lines": Text("a\n" * 5_000 + "warthog", "warthog"),
    "lists and quotes": Text(
        "".join(f"{'> ' * (n % 9)}- item {n}\n" for n in range(90)) + "> > meerkat", "meerkat"
    ),
    "quotes in quotes": Text(">" * 400 + " badger\n\n" + "> " * 80 + "* ** *** badger", "badger"),
    "tags": Text(
        "<script>alert(1)</script></article></main></ul><style>*{display:none}</style>"
        "<!-- <plaintext> <svg/onload=x> ]]> &lt;b&gt; &#x202e; &amp;amp; <b>hyena", "hyena"
    ),
    "quotation marks and braces": Text("\" ' > {{ 7*7 }} {% x %} %(name)s ${x} jackal", "jackal"),
    "control letters": Text("otter\x00\x01\x08\x1b[31m\x7f\x85\u2028\u2029 mink", "mink"),
    "wide letters": Text("﷽" * 80 + "𒐫" * 40 + "꧅" * 40 + " stoat", "stoat"),
    "Arabic": Text("قرأت كتابًا عن النهر (2027): «الماء» و English و123.", "النهر"),
    "Hebrew": Text("שָׁלוֹם עֲלֵיכֶם, הנהר (5) English רחב.", "הנהר"),
    "Chinese": Text("我们的河很宽，" * 60, "河"),
    "Japanese": Text("私たちの川はとても広いです。ガギグ" * 40, "川"),
    "Thai": Text("แม่น้ำของเรากว้างมากและลึกมาก" * 30, "แม่น้ำ"),
    "Hindi": Text("हमारी नदी बहुत चौड़ी है। क्ष्त्र्य " * 20, "नदी"),
    "Ethiopic": Text("ወንዛችን፡በጣም፡ሰፊ፡ነው። " * 20, "ወንዛችን"),
    "Nastaliq and Persian": Text("ہمارا دریا بہت چوڑا ہے۔ می‌خواهم " * 10, "دریا"),
    "Mongolian and Khmer": Text("ᠮᠣᠩᠭᠣᠯ ស្ត្រីខ្មែរ ក្រុង " * 20, "ក្រុង"),
    "Vietnamese in pieces": Text("Nu\u031bo\u031b\u0301c tie\u0302\u0301ng Vie\u0323\u0302t", "tiếng"),
}  # fmt: skip
# One of each kind of mischief; the rest is under the marker `slow`.
SHORT = (
    "stacked accents", "16,000 of one letter", "an override left open", "lists and quotes",
    "tags", "Arabic",
)  # fmt: skip

_numbers = count(1)


@dataclass
class Ground:
    """Two classes in which every text gets readers and writers of its own."""

    space: Space
    room: Classroom
    there: Classroom

    @property
    def teacher(self) -> Account:
        return teacher_of(self.room)


def a_ground() -> Ground:
    room, there = a_classroom(lang="en"), a_classroom(lang="en")
    return Ground(a_partnership(room, there), room, there)


class Scenery:
    """One text in each place where somebody can write, calm words beside it."""

    def __init__(self, ground: Ground, words: str) -> None:
        n = "".join(chr(97 + int(digit)) for digit in str(next(_numbers)))
        self.words, self.ground = words, ground
        self.reader = a_pupil(ground.room, f"Mia Calm{n}")
        self.writer = a_pupil(ground.there, f"Noah Calm{n}")
        self.teacher = ground.teacher
        with suppress(Refused):
            name = checked_shown_name(words[: SHOWN_MAX - 3], "")
            self.writer.person.shown_name = f"{name} {n}"
        self.thread = self._forum_thread()
        self._posts()
        self._letters()
        self._own()
        db.session.commit()

    def _forum_thread(self) -> Thread:
        """A forum, a category and a thread that are called so, where that is allowed."""
        forum = a_forum(self.ground.space)
        with suppress(Refused):
            called, grouped = self.words[:FORUM_MAX], self.words[:CATEGORY_MAX]
            forum = make_forum(self.ground.space.id, called, grouped, "en")
        self.forum = forum
        thread = a_thread(self.ground.space, self.writer, forum)
        thread.title = tidy(self.words[:TITLE_MAX]) or thread.title
        calm = a_thread(self.ground.space, self.teacher, forum)
        a_post(calm, self.teacher, CALM)
        return thread

    def _posts(self) -> None:
        a_post(self.thread, self.teacher, CALM)
        self.post = self._said(self.thread, self.writer)
        self._picture(self.post)
        calm = a_post(self.thread, self.teacher, CALM)
        note_answer(calm, str(self.post.id), 0)
        report(self.post, self.reader, self.words[:500])
        marks.follow(self.thread.id, self.reader.person_id)

    def _said(self, thread: Thread, author: Account) -> Post:
        return released(a_post(thread, author, self.words), self.teacher)

    def _picture(self, post: Post) -> None:
        assert post.current is not None
        media = Media(
            sha256=f"{post.id:064}", state=READY, mime="image/png", width=4, height=3,
            size_bytes=3, picture=b"",
        )  # fmt: skip
        db.session.add(media)
        db.session.flush()
        described = checked_description(self.words + " described")
        self.picture = Attachment(
            revision_id=post.current.id, media_id=media.id, n=1, description=described
        )
        db.session.add(self.picture)

    def _letters(self) -> None:
        self.letters = letters_between(
            self.ground.space, self.teacher, self.reader, self.writer
        )
        released(a_post(self.letters, self.writer, CALM), self.teacher)
        self._said(self.letters, self.writer)
        released(a_post(self.letters, self.writer, CALM), self.teacher)

    def _own(self) -> None:
        """What the reader wrote herself: waiting, changed, returned, and a draft."""
        self.own = released(a_post(self.thread, self.reader, CALM), self.teacher)
        editing.change(self.own, self.reader, self.words + " more", "en", base=1)
        self.waits = a_post(self.thread, self.reader, self.words)
        a_post(self.thread, self.reader, CALM)
        returned = a_post(self.letters, self.reader, CALM)
        assert returned.waiting is not None
        return_to_author(returned.waiting, self.teacher, self.words[:NOTE_MAX])
        self.returned = returned
        self.draft = self._draft(tidy(self.words[:TITLE_MAX]), self.words)
        self._draft("", CALM)

    def _draft(self, title: str, words: str) -> Draft:
        kept = keep_draft(
            self.reader,
            Place(thread_id=self.thread.id),
            f"draft-{self.own.id}-{len(title)}",
            Written(title, words, "", "en"),
        )
        assert isinstance(kept, Draft)
        return kept

    def pages(self) -> dict[Account, list[str]]:
        thread, forum = f"/threads/{self.thread.id}", f"/forums/{self.forum.id}"
        post, own = f"/p/{self.post.id}", f"/p/{self.own.id}"
        return {
            self.reader: [
                "/", "/forums", forum, thread, f"{thread}?new", f"/letters/{self.letters.id}",
                "/letters", f"{post}/whole", f"{post}/answer", f"{post}/report",
                f"{post}/pictures/{self.picture.id}", f"{own}/sent", f"{own}/edit",
                f"{own}/history", f"{own}/history?n=2", f"/p/{self.returned.id}/edit",
                f"/drafts/{self.draft.id}", f"/drafts/{self.draft.id}/kept",
                f"/write/{self.thread.id}",
            ],
            self.teacher: [
                "/", "/waiting", "/reports", f"{own}/history", f"{thread}/arrange",
                f"{forum}/arrange", "/forums", thread,
            ],
            self.writer: ["/me"],
        }  # fmt: skip

    def clear(self) -> None:
        """Let nothing of it wait for the teacher any more: the next text is alone there."""
        for post in (self.own, self.waits, self.returned):
            db.session.refresh(post)
            if post.waiting is not None:
                released(post, self.teacher)
        db.session.commit()
