"""Pages to learn from letters: a word list to print, and asking what a word means."""

from collections.abc import Sequence
from typing import NamedTuple

from flask import Blueprint, abort, current_app, render_template, request
from flask_babel import gettext as _
from flask_login import login_required

from app import markup
from app.accounts.models import Person
from app.accounts.names import tidy
from app.accounts.sessions import viewer
from app.db import db, now
from app.learning.word_list import Taught, word_list, words_in
from app.posts.models import (
    Draft,
    Post,
    Sentence,
    Thread,
    audience_langs,
)
from app.posts.permissions import why_not
from app.posts.quoting import passages
from app.posts.showing import answer_url, post_to_read, thread_url
from app.web.answers import Answer
from app.web.langs import page_lang, speaking
from app.web.numbers import row_number

bp = Blueprint("learning", __name__, template_folder="templates")

# Of words on a page; the first one is what she gets who does not choose.
WORDS_ON_A_PAGE = (30, 15, 60)
# Letters at random pack to three quarters, and a page has 14,000 bytes in all.
MOST_BYTES = 16_000
# What stands round the words of a line.
LINE_BYTES = 60
SENTENCES_LISTED = 40
WORD_MAX = 80


class Chosen(NamedTuple):
    """The lines of one page, and where the next one begins."""

    lines: Sequence[Taught]
    later: int | None


@bp.get("/words")
@login_required
def words() -> Answer:
    """`n` is how many words she wants, `at` the line with which the page begins."""
    wanted = request.args.get("n", type=row_number)
    count = wanted if wanted in WORDS_ON_A_PAGE else WORDS_ON_A_PAGE[0]
    lines = word_list(viewer())
    page = one_page(lines, request.args.get("at", 0, type=row_number), count)
    return render_template(
        "learning/words.html",
        lines=page.lines,
        later=page.later,
        counts=sorted(WORDS_ON_A_PAGE),
        count=count,
        several={line.read.lang for line in page.lines},
        today=now(),
    )


def one_page(lines: Sequence[Taught], at: int, count: int) -> Chosen:
    """Take so many words from a line on, as far as a page carries them."""
    total_bytes = taken = 0
    for n, line in enumerate(lines[at:]):
        said = "".join((*line.words, line.read.sentence, line.read.meaning))
        total_bytes += len(said.encode()) + LINE_BYTES
        if n and (taken >= count or total_bytes > MOST_BYTES):
            return Chosen(lines[at : at + n], at + n)
        taken += len(line.words)
    return Chosen(lines[at:], None)


class Asked(NamedTuple):
    """A post somebody asks about, in the sentences a reader sees it in."""

    post: Post
    thread: Thread
    lang: str
    author: Person
    sentences: Sequence[Sentence]


@bp.get("/p/<ref>/ask")
@login_required
def ask(ref: str) -> Answer:
    """Choose a sentence (`n`), then a word of it, then comes the form of a question."""
    asked = _asked(ref)
    n = request.args.get("n", type=row_number)
    back = thread_url(
        asked.thread, at=asked.post.order_key, _anchor=f"p{asked.post.id}"
    )
    if n is None:
        return _choose_sentence(asked, back)
    if n >= len(asked.sentences):
        abort(404)
    word = tidy(request.args.get("typed", "") or request.args.get("word", ""))
    if not word:
        return _choose_word(asked, n, back)
    return _question_form(asked, asked.sentences[n], word[:WORD_MAX], back)


def _choose_sentence(asked: Asked, back: str) -> str:
    start = request.args.get("at", 0, type=row_number)
    listed = list(enumerate(asked.sentences))[start : start + SENTENCES_LISTED]
    more = start + len(listed)
    return render_template(
        "learning/ask_sentence.html",
        asked=asked,
        listed=listed,
        later=more if more < len(asked.sentences) else None,
        back=back,
    )


def _choose_word(asked: Asked, n: int, back: str) -> str:
    sentence = asked.sentences[n].source
    return render_template(
        "learning/ask_word.html",
        asked=asked,
        n=n,
        sentence=sentence,
        words=list(dict.fromkeys(words_in(sentence))),
        back=back,
    )


def _question_form(asked: Asked, sentence: Sentence, word: str, back: str) -> str:
    lang = asked.author.lang
    if lang not in current_app.config["LANGUAGES"]:
        lang = page_lang()
    draft = Draft(
        source=question(word, lang),
        lang=lang,
        title="",
        description="",
        parent_id=asked.post.id,
        quote_n=sentence.block,
    )
    return render_template(
        "learning/ask.html",
        asked=asked,
        draft=draft,
        meaning=question(word, page_lang()) if lang != page_lang() else None,
        action=answer_url(asked.thread),
        held=not viewer().adult,
        langs=list(db.session.scalars(audience_langs(asked.thread))),
        back=back,
    )


def question(word: str, lang: str) -> str:
    """Ask what a word means, in words that need no machine."""
    with speaking(lang):
        return _("What does “%(word)s” mean?", word=word)


def _asked(ref: str) -> Asked:
    """Find a post that the viewer may read and answer, with its sentences for her."""
    post, thread, revision, copy = post_to_read(viewer(), ref)
    if said := why_not(viewer(), thread):
        abort(403, said)
    if post.author_id == viewer().person_id:
        abort(403, _("You wrote this yourself. Ask about what somebody else wrote."))
    sentences = (copy.sentences if copy else []) or _passages(revision.source)
    return Asked(post, thread, revision.lang, post.author, sentences)


def _passages(source: str) -> list[Sentence]:
    """Give the blocks of a post that nobody has cut into sentences."""
    return [
        Sentence(n, words, words, "")
        for n, words in enumerate(passages(source))
        if markup.plain(words).strip()
    ]
