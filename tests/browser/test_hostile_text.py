"""Text of any script and mischief shows, is found, prints and leaves its neighbours alone."""

import io
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from PIL import Image, ImageChops
from playwright.sync_api import Browser, BrowserContext, Page

from app.accounts.models import Account
from app.db import db, set_reading
from app.jobs.registry import handlers
from app.jobs.runner import work_once
from app.search.rebuilding import rebuild
from tests.apps import an_app
from tests.browser.hostile import CALM, SHORT, TEXTS, Ground, Scenery, a_ground
from tests.clients import Client
from tests.serving import serving

PATIENCE_MS = 60_000
LATER = [
    pytest.param(name, marks=pytest.mark.sweep) for name in TEXTS if name not in SHORT
]
EVERY_TEXT = pytest.mark.parametrize("name", [*SHORT, *LATER])

pytestmark = pytest.mark.browser

# What reaches out sideways, calm words that are turned round, covered or invisible.
FAULTS = """calm => {
  const faults = [], root = document.documentElement
  document.querySelectorAll('details').forEach(e => { e.open = true })
  if (root.scrollWidth > root.clientWidth) {
    const out = [...document.body.querySelectorAll('*')].filter(
      e => e.getBoundingClientRect().right > root.clientWidth + 1)
    faults.push(`${root.scrollWidth} px wide: ` +
      out.slice(-2).map(e => e.outerHTML.slice(0, 80)).join(' '))
  }
  const box = (node, start, end) => {
    const range = document.createRange()
    range.setStart(node, start), range.setEnd(node, end)
    return range.getBoundingClientRect()
  }
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node; node = texts.nextNode();) {
    if (node.parentElement.closest('textarea, option, datalist')) continue
    const said = node.data, of = node.parentElement.getBoundingClientRect()
    // Words in our letters alone read from the left, whoever stands beside them.
    if (/^[\\x20-\\x7e\\n]*$/.test(said))
      for (const word of [...said.matchAll(/[A-Za-z]{3,40}/g)].slice(0, 20)) {
        const end = word.index + word[0].length
        const first = box(node, word.index, word.index + 1), last = box(node, end - 1, end)
        if (first.top === last.top && first.width && first.left >= last.left)
          faults.push(`turned round: ${word[0]}`)
      }
    if (said.trim() !== calm) continue
    const at = said.indexOf(calm)
    const end = box(node, at + calm.length - 1, at + calm.length)
    const before = box(node, at + calm.length - 2, at + calm.length - 1)
    if (end.left < before.left) faults.push('the full stop went to the front')
    node.parentElement.scrollIntoView({block: 'center'})
    const now = box(node, at, at + calm.length)
    if (!now.height) { faults.push('calm words are not shown'); continue }
    const there = document.elementFromPoint(now.left + 4, now.top + now.height / 2)
    if (!there || !there.contains(node)) faults.push('calm words are covered')
  }
  return faults
}"""
# Marks that sit on other letters may paint in their own box, and beside it between lines;
# gives where the letters of all the others are.
NEIGHBOURS = """() => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), others = []
  for (let node; node = texts.nextNode();) {
    if (node.parentElement.closest('textarea, option, datalist')) continue
    if (/\\p{M}/u.test(node.data))
      node.parentElement.closest('div, li, h1, h2, h3, p, a, label, legend, summary, blockquote')
        .classList.add('marked')
    else if (node.data.trim()) others.push(node)
  }
  return others.filter(node => !node.parentElement.closest('.marked')).flatMap(node => {
    const range = document.createRange()
    range.selectNodeContents(node)
    return [...range.getClientRects()].map(box => [
      box.left + scrollX, box.top + scrollY, box.right + scrollX, box.bottom + scrollY])
  })
}"""
# Without waiting for its load event: that is a script of the page, and those are off.
HIDE_MARKED = """() => {
  const style = document.createElement('style')
  style.textContent = '.marked, .marked * { visibility: hidden !important }'
  document.documentElement.append(style)
}"""


@dataclass
class Place:
    """Where browsers look at the texts."""

    app: Flask
    url: str
    ground: Ground

    @contextmanager
    def open(
        self, chromium: Browser, account: Account, lang: str = "en"
    ) -> Iterator[Page]:
        """A small telephone on which somebody is signed in; no script of a page runs."""
        client = Client(self.app, account)
        context: BrowserContext = chromium.new_context(
            base_url=self.url,
            java_script_enabled=False,
            bypass_csp=True,
            viewport={"width": 320, "height": 640},
            locale=lang,
        )
        context.set_default_timeout(PATIENCE_MS)
        cookie = {
            "name": "s",
            "value": client.cookie,
            "path": "/",
            "domain": "127.0.0.1",
        }
        context.add_cookies([cookie])  # type: ignore[list-item]  # as its docs have it
        with context:
            yield context.new_page()


@pytest.fixture(scope="module")
def place(
    tmp_path_factory: pytest.TempPathFactory, empty_database: Path
) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "secret_key").write_text("k" * 64, "ascii")
    shutil.copy(empty_database, folder / "paravion.db")
    app = an_app(folder)
    with app.app_context():
        set_reading(value=False)
        db.session().expire_on_commit = False
        ground = a_ground()
        rebuild()  # an index, for the jobs to bring in line
        with serving(app) as port:
            yield Place(app, f"http://127.0.0.1:{port}", ground)
        db.session.rollback()
        db.session.remove()
        db.engine.dispose()


def index(app: Flask) -> None:
    """Do what waits for search, and nothing else."""
    with pytest.MonkeyPatch.context() as patch, app.app_context():
        for kind in [kind for kind in handlers if not kind.startswith("search.")]:
            patch.delitem(handlers, kind)
        while work_once():
            pass


def painted_elsewhere(page: Page) -> list[str]:
    """Say where marks of one text paint over the letters of another."""
    boxes = page.evaluate(NEIGHBOURS)
    with_marks = _picture(page)
    page.evaluate(HIDE_MARKED)
    differ = ImageChops.difference(with_marks, _picture(page)).convert("L")
    return [
        f"marks paint over what stands at {left:.0f}, {top:.0f}"
        for left, top, right, bottom in boxes
        if right - left > 3
        # A letter's edge may be smoothed into the next one of its line.
        and differ.crop((ceil(left) + 1, ceil(top), int(right), int(bottom))).getbbox()
    ]


def _picture(page: Page) -> Image.Image:
    return Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB")


def faults_of(page: Page, url: str, *, ink: bool) -> list[str]:
    answer = page.goto(url)
    assert answer is not None
    found: list[str] = page.evaluate(FAULTS, CALM)
    if answer.status != 200:
        found.append(f"answered {answer.status}")
    if ink:
        found += painted_elsewhere(page)
    return [f"{url}: {said}" for said in found]


@EVERY_TEXT
def test_a_text_leaves_its_neighbours_alone_wherever_it_stands(
    chromium: Browser, place: Place, name: str
) -> None:
    scenery = Scenery(place.ground, TEXTS[name].words)
    stacks = any(said in name for said in ("accent", "heaped", "Hebrew", "Vietnamese"))
    found = []
    for account, urls in scenery.pages().items():
        with place.open(chromium, account) as page:
            for url in urls:
                found += faults_of(page, url, ink=stacks)

    scenery.clear()
    assert not found, "\n".join(found)


@EVERY_TEXT
def test_a_text_shows_is_found_and_prints(
    chromium: Browser, place: Place, name: str
) -> None:
    words, word = TEXTS[name]
    scenery = Scenery(place.ground, words)
    index(place.app)
    with place.open(chromium, scenery.reader) as page:
        page.goto(f"/p/{scenery.post.id}/whole")
        body = page.locator("article > div")
        height, shown = body.bounding_box(), body.inner_text()
        printed = page.pdf(format="A4")
        page.emulate_media(media="print")
        found = page.evaluate(FAULTS, CALM)
        page.emulate_media(media="screen")
        page.goto(f"/search?q={quote(word or CALM)}")
        found += page.evaluate(FAULTS, CALM)
        hits = page.locator(f"h2 a[href$='#p{scenery.post.id}']").count()

    scenery.clear()
    assert height is not None
    assert height["height"] > 16
    assert printed.startswith(b"%PDF-")
    assert found == []
    if word is not None:
        assert word in shown
        assert hits == 1


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (f"<p>{CALM}</p><p>{'w' * 200}</p>", "px wide"),
        (f"<p>\u202e<span>{CALM}</span></p>", "turned round"),
        (f"<p dir=rtl>{CALM}</p>", "full stop"),
        (f"<p>{CALM}</p><div style='position:fixed;inset:0'>", "covered"),
        (f"<p style='display:none'>{CALM}</p>", "not shown"),
        (f"<p>{CALM}</p><p>a{''.join(map(chr, range(0x300, 0x315)))}", "paint over"),
    ],
)
def test_the_judge_sees_what_spills(chromium: Browser, body: str, fault: str) -> None:
    with chromium.new_context(
        java_script_enabled=False, viewport={"width": 320, "height": 640}
    ) as browser:
        page = browser.new_page()
        page.set_content(f"<!doctype html><html><body><h1>Calm</h1>{body}")

        found = page.evaluate(FAULTS, CALM) + painted_elsewhere(page)

    assert fault in " ".join(found)


def test_the_judge_is_content_with_calm_words(chromium: Browser) -> None:
    with chromium.new_context(java_script_enabled=False) as browser:
        page = browser.new_page()
        page.set_content(
            f"<!doctype html><p>{CALM}</p><p>e\u0301 \u05e9\u05c1</p><p>{CALM}"
        )

        assert page.evaluate(FAULTS, CALM) + painted_elsewhere(page) == []
