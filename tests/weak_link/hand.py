"""A pupil who writes over a link that breaks: she reloads, goes Back, edits, saves, taps again."""

import random
import sqlite3
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from bench.weak_link import WeakLink
from tests.builders import PIN
from tests.weak_link.browser import Browser, Form, Lost, Page
from tests.weak_link.faults import Kind, in_turn
from tests.weak_link.school import Pupil, School

# Much longer than the server needs, and much shorter than a pupil waits.
PATIENCE_SECONDS = 0.5
TAPS = 10
REFUSED = (403, 422)
SAID = (
    "El río está frío ❄️ y el agua baja turbia.", "Mi perro ladra 🐕‍🦺 a la luna.",
    "Was gibt’s zum Frühstück?", "النهر قريب من بيتنا.", "川のそばに住んでいます。",
    "Ninapenda mto wetu — sana.", "- té\n- brød\n- ñame", "> So wär es?\n\n**Já**, *genau*.",
    "नदी के पास एक पेड़ है।", '1 < 2 & 3 > 2, "quoted" \\ slash; ½ €',
)  # fmt: skip


@dataclass
class Written:
    """What must stand in the database in the end, and nothing else."""

    posts: Counter[str] = field(default_factory=Counter)
    drafts: Counter[str] = field(default_factory=Counter)
    titles: Counter[str] = field(default_factory=Counter)
    # Drafts that she sent meanwhile. A request of them that waited in the server, for
    # the one writer's place, may come after: then they stand beside the post.
    overtaken: set[str] = field(default_factory=set)
    # Which words each receipt stood for.
    receipts: list[tuple[str, str]] = field(default_factory=list)


class Hand:
    """One pupil's hand on one browser, behind a weak link of her own."""

    def __init__(
        self, school: School, number: int, instance: Path, link: WeakLink
    ) -> None:
        self.school, self.number, self.link = school, number, link
        self.pupil: Pupil = school.pupils[number]
        self.database = instance / "paravion.db"
        self.dice = random.Random(number)
        self.kinds = in_turn(self.dice, number)
        self.struck: Counter[str] = Counter()
        self.ways: Counter[str] = Counter()
        self.written = Written()
        self.browser = Browser(
            link.port, self.pupil.cookie, patience_seconds=PATIENCE_SECONDS
        )

    def write(self, sends: int) -> "Hand":
        ways: list[tuple[Callable[[], None], int]] = [
            (self.answers, 9), (self.writes_a_letter, 4), (self.begins_a_thread, 2),
            (self.edits_and_sends_again, 2), (self.saves_and_sends, 2),
            (self.saves_only, 1), (self.taps_many_times, 1),
            (self.writes_too_much, 1), (self.is_late, 1), (self.finds_it_locked, 1),
        ]  # fmt: skip
        rounds = [way for way, often in ways for _n in range(often)]
        while (left := sends - self.ways.total()) > 0:
            for way in self.dice.sample(rounds, len(rounds))[:left]:
                self.ways[way.__name__] += 1
                way()
        self.browser.close()
        return self

    def answers(self) -> None:
        words = self.words()
        self.is_sent(self.sends(self.thread_form().filled(source=words)), words)

    def writes_a_letter(self) -> None:
        words = self.words()
        form = self.form(f"/letters/{self.pupil.letters_id}", "/posts")
        self.is_sent(self.sends(form.filled(source=words)), words)

    def begins_a_thread(self) -> None:
        words = self.words()
        title = f"¿Qué ves? {self.number}/{self.ways.total()}"
        form = self.form(f"/forums/{self.school.forum_id}", "/threads")
        self.is_sent(self.sends(form.filled(title=title, source=words)), words)
        self.written.titles[title] += 1

    def edits_and_sends_again(self) -> None:
        """Send, lose the answer or not, go Back, change the words, send."""
        first = self.words()
        other = first + "\n\nY algo más: ¡adiós!"
        form = self.thread_form()
        kind = self.strike_once(form.filled(source=first))
        with suppress(Lost):
            self.browser.open_once(form.filled(source=first))
        page = self.browser.open(form.filled(source=other))
        if page.path.endswith("/sent"):
            self.is_sent(page, other)
            if kind.arrives:  # and waited in the server until the others stood
                self.written.drafts[first] += 1
            elif kind.arrives is None:
                self.written.overtaken.add(first)
            return
        assert kind.arrives is not False, f"{kind}: {page.path}"
        assert page.path.startswith("/drafts/"), (page.path, page.plain)
        assert other in page.plain
        # What was sent is shown as its readers see it, without its signs.
        assert first.partition("\n")[0] in page.plain.replace(other, "")
        self.written.posts[first] += 1
        if self.dice.random() < 0.5:
            again = page.form("/posts").filled(source=other)
            self.is_sent(self.sends(again), other)
        else:
            self.written.drafts[other] += 1

    def saves_only(self) -> None:
        words = self.words()
        page = self.sends(self.thread_form().filled(source=words, do="draft"))
        assert page.status == 200, page.plain
        self.written.drafts[words] += 1

    def saves_and_sends(self) -> None:
        first, form = self.words(), self.thread_form()
        words = first + "\n\nFin. ✉️"
        self.written.overtaken.add(first)
        self.sends(form.filled(source=first, do="draft"))
        self.sends(form.filled(source=words, do="draft"))
        self.is_sent(self.sends(form.filled(source=words)), words)

    def taps_many_times(self) -> None:
        """Ten sends of one form at once, the first of them over a line that breaks."""
        words = self.words()
        form = self.thread_form().filled(source=words)
        self.strike(form)
        taps = [self.browser.again() for _n in range(TAPS)]
        with ThreadPoolExecutor(TAPS) as fingers:
            pages = list(fingers.map(lambda tap: tap.open(form), taps))
        for tap in taps:
            tap.close()
        assert len({page.path for page in pages}) == 1
        self.is_sent(pages[0], words)

    def writes_too_much(self) -> None:
        """A text over the limit comes back whole; she shortens it there."""
        words = self.words()
        long = words + "\n\n" + " ".join(["mucha agua 🌊"] * 1200)
        page = self.sends(self.thread_form().filled(source=long))
        assert page.status in REFUSED
        assert long in page.plain
        self.is_sent(self.sends(page.form("/posts").filled(source=words)), words)

    def is_late(self) -> None:
        """Her sign-in ends while she writes; her PIN sends what she wrote."""
        words = self.words()
        form = self.thread_form().filled(source=words)
        self.change(
            "update session set ended_at = '2026-01-01' where account_id = ?",
            self.pupil.account_id,
        )
        page = self.sends(form)
        assert page.status in REFUSED, page.plain
        assert words not in page.plain, "whoever holds the device now reads it"
        late = page.form(r"/sign-in/late/[\w-]+").filled(secret=PIN)
        page = self.sends(late)
        if page.path.endswith("/sent"):
            self.is_sent(page, words)
            return
        # It was sent, and the answer that said so and signed her in was lost: her
        # reload comes to her post, or she signs in first.
        assert page.path == "/" or page.path.startswith("/sign-in"), page.path
        if page.path != "/":
            self.browser.cookies["s"] = self.school.sign_in(self.pupil.account_id)
        self.written.posts[words] += 1

    def finds_it_locked(self) -> None:
        """A teacher locks the thread while she writes, and opens it again."""
        thread_id = self.school.quiet_ids[self.number]
        words = self.words()
        form = self.form(f"/threads/{thread_id}", "/posts").filled(source=words)
        self.change(
            "update thread set locked_at = '2026-01-01 00:00:00.000000' where id = ?",
            thread_id,
        )
        page = self.sends(form)
        assert page.status in REFUSED, page.plain
        assert words in page.plain
        self.change("update thread set locked_at = null where id = ?", thread_id)
        self.is_sent(self.sends(form), words)

    def words(self) -> str:
        said = self.dice.sample(SAID, self.dice.randrange(1, len(SAID)))
        return "\n\n".join([f"Carta {self.number}/{self.ways.total()}: ¡hola!", *said])

    def form(self, path: str, holding: str) -> Form:
        return self.browser.open(path).form(holding)

    def thread_form(self) -> Form:
        return self.form(f"/threads/{self.school.thread_id}", "/posts")

    def sends(self, form: Form) -> Page:
        self.strike(form)
        return self.browser.open(form)

    def strike(self, form: Form) -> None:
        """Let this send break as the next kind says, and at times its reload too."""
        self.strike_once(form, fresh=self.dice.random() < 0.6)
        if self.dice.random() < 0.2:
            self.arm(form)

    def strike_once(self, form: Form, *, fresh: bool = True) -> Kind:
        self.link.spare()
        if fresh:
            self.browser.close()
        return self.arm(form)

    def arm(self, form: Form) -> Kind:
        kind = next(self.kinds)
        self.link.strike(kind.fault(self.browser, form, self.dice))
        self.struck[str(kind)] += 1
        return kind

    def is_sent(self, page: Page, words: str) -> None:
        """Note the letter; what is shown must be a receipt."""
        assert page.status == 200, page.plain
        assert page.path.endswith("/sent"), (page.path, page.plain)
        self.written.posts[words] += 1
        self.written.receipts.append((page.path.split("/")[2], words))

    def change(self, statement: str, row_id: int) -> None:
        with closing(sqlite3.connect(self.database, timeout=20)) as base, base:
            base.execute(statement, (row_id,))
