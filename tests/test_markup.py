"""What comes out of a post's source, judged by nh3 and by an HTML parser."""

import sys
import unicodedata
from collections.abc import Callable
from types import FrameType
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import nh3
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.markup import (
    REL,
    Block,
    _may_stay,
    blocks,
    is_safe_href,
    plain,
    render,
    unblocks,
    without_heaps,
)

TAGS = {"a", "blockquote", "br", "em", "li", "p", "strong", "ul"}
ATTRIBUTES = {"a": {"href", "dir"}, "p": {"dir"}, "ul": {"dir"}}
PARTS = [
    *("*", "**", "***", "- ", "-", "> ", ">", ">>", ">:(", "  ", "\t", "\n", "\n\n"),
    *("<", "<b>", "<script>", "</p>", "<!--", "]]>", "&", "&lt;", "&#60;", '"', "'"),
    *(
        "http://a.org",
        "https://b.org/x_(y)?a=1&copy=2#z",
        "http://u@c.org",
        "HTTPS://d",
    ),
    *(
        "http://",
        "javascript:1",
        "//host",
        "\\",
        "`",
        "=",
        "/",
        "(",
        ")",
        ".",
        ",",
        "،",
    ),
    *("\r\n", "\r", "\0", "\x0b", "\x1b", "\x85", "\u2028", "\xa0", "\u3000", "\ufeff"),
    *("\u202a", "\u202d", "\u202e", "\u202c", "\u2066", "\u2069", "\u200f", "\u200d"),
    *(
        "a",
        "Z",
        "3",
        "é",
        "e\u0301",
        "\u0338",
        "مرحبا",
        "שלום",
        "नमस्ते",
        "你好",
        "👩‍🚀",
        "\ud83d",
    ),
]
sources = st.lists(st.sampled_from(PARTS) | st.text(st.characters(), max_size=6)).map(
    "".join
)

unhurried = settings(deadline=None)  # a busy machine is no fault of the text


def tree(html: str) -> Element:
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    root: Element = parser.parseFragment(html)
    faults = [code for _, code, _ in parser.errors if code != "invalid-codepoint"]
    assert not faults, (faults, html)
    return root


def shape(element: Element) -> tuple[Any, ...]:
    return (
        element.tag,
        sorted(element.attrib.items()),
        element.text or "",
        [(shape(child), child.tail or "") for child in element],
    )


def shown(html: str) -> str:
    """Every character that a reader sees, each run of them in a line."""
    return "\n".join(tree(html).itertext())


def links(html: str) -> list[str]:
    return [link.attrib["href"] for link in tree(html).iter("a")]


# Any text


@unhurried
@given(sources)
def test_nothing_outside_the_allow_list_comes_out(source: str) -> None:
    html = render(source)

    for element in list(tree(html).iter())[1:]:
        assert element.tag in TAGS
        assert set(element.attrib) <= ATTRIBUTES.get(element.tag, set()) | {"rel"}
        if element.tag == "a":
            assert is_safe_href(element.attrib["href"])
            assert element.attrib["rel"] == REL
            assert element.text == element.attrib["href"]
        else:
            assert "rel" not in element.attrib


@unhurried
@given(sources)
def test_nh3_finds_nothing_to_clean(source: str) -> None:
    html = render(source)

    cleaned = nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes={"http", "https"},
        link_rel=REL,
    )

    assert shape(tree(cleaned)) == shape(tree(html))


def words(text: str) -> str:
    """What must survive: all but marks, spaces and characters nobody sees."""
    text = text.translate(dict.fromkeys(range(0xD800, 0xE000), "\ufffd"))
    seen = [
        char
        for char in unicodedata.normalize("NFC", dropped(text))
        if char not in "*>-" and not char.isspace()
    ]
    return "".join(seen)


def dropped(text: str) -> str:
    bidi = {*range(0x202A, 0x202F), *range(0x2066, 0x206A)}
    for line_end in "\r\x0b\x0c\x85":
        text = text.replace(line_end, "\n")
    return "".join(
        char
        for char in text
        if char in "\n\t"
        or (unicodedata.category(char) != "Cc" and ord(char) not in bidi | {0xFEFF})
    )


@unhurried
@given(sources)
@example("<\r\n\u0338")
@example("x>\n\u0338 *e*\u0301")
def test_no_word_is_lost(source: str) -> None:
    assert words(shown(render(source))) == words(without_heaps(source))


@unhurried
@given(sources)
def test_plain_words_are_the_words_on_the_page(source: str) -> None:
    on_the_page = shown(render(source))

    assert "".join(plain(source).split()) == "".join(on_the_page.split())


@unhurried
@given(sources)
@example("\xa0> a")
@example("- \u3000> a\n  \xa0- b")
@example("> >:(")
@example(">" * 7 + "a")
def test_cut_into_blocks_and_put_together_it_renders_the_same(source: str) -> None:
    assert render(unblocks(blocks(source))) == render(source)


@unhurried
@given(sources)
def test_every_block_knows_what_it_is(source: str) -> None:
    for block in blocks(source):
        assert block.mark.replace("> ", "") == ("- " if block.kind == "item" else "")
        assert (block.kind == "paragraph") == (block.mark == "")
        assert all(line.strip() for line in block.lines)


# Word for word


@pytest.mark.parametrize(
    "text",
    [
        "I <3 you",
        "2 < 5",
        "5 > 2 & 2 < 5",
        "a<b and c>d",
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        "&lt; &amp; &copy; &#60;",
        "<!-- not gone -->",
        "👩‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿 👍🏽 ❤️",
        "می‌خواهم क्‍ष",
        "مرحبا يا أمينة، كيف حالك؟",
        "2*3*4 and 2 * 3 * 4",
        "*.* and *-* and **",
        "a * b",
        "**open and *never closed",
        "****",
        ">:( but >.<",
        "-5 degrees",
        "- ",
        "x\u0338<",
        "<" * 16_000,
        "*" * 16_000,
    ],
)
def test_these_words_stay_as_typed(text: str) -> None:
    html = render(text)

    assert "".join(tree(html).itertext()) == text.rstrip(" ")
    assert plain(text) == text.rstrip(" ")
    assert {element.tag for element in tree(html)} == {"p"}
    assert not list(tree(html)[0])


def test_composed_and_decomposed_letters_are_one() -> None:
    assert render("e\u0301") == render("é") == "<p>é</p>"


@pytest.mark.parametrize(
    "word",
    [
        "Vie\u0323\u0302t Nu\u031bo\u031b\u0301c", "e\u0301\u0327", "שָּׁ֑", "بَّ ٱلرَّحْمَٰنِ", "ཧྐྵྨླ",
        "မွှုံ့်", "ស៊ី", "กำ้ ที่", "क्ष्त्र्य", "1️⃣ 👨‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿 🏳️‍🌈",
    ],
)  # fmt: skip
def test_letters_keep_the_marks_that_writing_needs(word: str) -> None:
    assert without_heaps(word) == word


@pytest.mark.parametrize(
    ("heap", "most"),
    [
        ("a" + "\u0301" * 50, 1),
        ("a" + "".join(map(chr, range(0x300, 0x315))), 2),
        ("a" + "".join(map(chr, range(0x316, 0x31A))), 2),
        ("a" + "".join(map(chr, range(0x300, 0x370))), 6),
        ("a" + "\u0301\u200d" * 50, 1),
        ("a" + "\u20dd\u20de\u20df\u20e0", 2),
        ("ก" + "\u0e34\u0e47" * 50, 2),
    ],
)
def test_a_heap_of_marks_is_cut_where_it_is_shown(heap: str, most: int) -> None:
    marks = [
        ch for ch in without_heaps(heap) if unicodedata.category(ch) in ("Mn", "Me")
    ]

    assert len(marks) == most
    assert without_heaps(without_heaps(heap)) == without_heaps(heap)
    assert without_heaps(heap)[0] == heap[0]


def test_a_row_of_wide_spaces_ends_where_a_line_does() -> None:
    assert render("a\u3000\u3000b") == "<p>a\u3000\u3000b</p>"
    assert render("a" + "\u3000" * 200 + "b") == "<p>a\u3000\u3000\u3000\u3000b</p>"


def test_control_characters_go_and_line_ends_agree() -> None:
    assert render("a\0\x07\x1b\x7f\ufeffb") == "<p>ab</p>"
    assert render("a\tb") == "<p>a\tb</p>"
    assert render("a\r\nb\rc\u2028d") == "<p>a<br>b<br>c<br>d</p>"


def test_half_a_character_can_be_sent() -> None:
    assert render("a\ud83d").encode() == "<p>a\ufffd</p>".encode()


# Paragraphs, lists, quotes


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("", ""),
        (" \n\t\n", ""),
        (">\n> >", ""),
        ("a", "<p>a</p>"),
        ("a\nb", "<p>a<br>b</p>"),
        ("a\n\n\n  b", "<p>a</p><p>b</p>"),
        ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
        ("- a\n\n- b", "<ul><li>a</li><li>b</li></ul>"),
        ("x\n- a\n  more\ny", "<p>x</p><ul><li>a<br>more</li></ul><p>y</p>"),
        ("- a\n\n  b", "<ul><li>a</li></ul><p>b</p>"),
        ("-a\n–b", "<p>-a<br>–b</p>"),
        ("> a\n> b", "<blockquote><p>a<br>b</p></blockquote>"),
        (">a\nb", "<blockquote><p>a</p></blockquote><p>b</p>"),
        ("> a\n>\n> b", "<blockquote><p>a</p><p>b</p></blockquote>"),
        (
            "> > a\n> b",
            "<blockquote><blockquote><p>a</p></blockquote><p>b</p></blockquote>",
        ),
        ("> - a\nb", "<blockquote><ul><li>a</li></ul></blockquote><p>b</p>"),
        (
            "- a\n> - b",
            "<ul><li>a</li></ul><blockquote><ul><li>b</li></ul></blockquote>",
        ),
        ("a > b", "<p>a &gt; b</p>"),
    ],
)
def test_blocks_of_a_text(source: str, html: str) -> None:
    assert render(source) == html


def test_quotes_in_quotes_end_somewhere() -> None:
    html = render(">" * 16_000 + "a")

    assert html.count("<blockquote>") == html.count("</blockquote>") == 5
    assert shown(html) == ">" * 15_995 + "a"


def test_blocks_show_their_kind_lines_and_mark() -> None:
    source = "Hola **Amina**\n¿qué tal?\n\n- uno\n  más\n> - dos\n> > tres"

    found = blocks(source)

    assert found == [
        Block(("Hola **Amina**", "¿qué tal?")),
        Block(("uno", "más"), "- "),
        Block(("dos",), "> - "),
        Block(("tres",), "> > "),
    ]
    assert [block.kind for block in found] == ["paragraph", "item", "item", "quote"]


def test_translated_blocks_stand_where_the_originals_stood() -> None:
    english = {"Hola": "Hello", "uno": "one", "dos": "two\n\nlines"}

    source = unblocks(
        Block(tuple(english[line] for line in block.lines), block.mark)
        for block in blocks("Hola\n- uno\n> dos")
    )

    assert source == "Hello\n\n- one\n\n> two\n> lines"


def test_a_block_without_words_is_left_out() -> None:
    assert unblocks([Block(("a",)), Block((" ",), "> "), Block(())]) == "a"


# Bold and italic


@pytest.mark.parametrize(
    ("source", "inside"),
    [
        ("**b** and *i*", "<strong>b</strong> and <em>i</em>"),
        ("***both***", "<strong><em>both</em></strong>"),
        ("*i **b***", "<em>i <strong>b</strong></em>"),
        ("**b *i***", "<strong>b <em>i</em></strong>"),
        ("**two\nlines**", "<strong>two<br>lines</strong>"),
        ("(*i*), **b**!", "(<em>i</em>), <strong>b</strong>!"),
        ("**a *b** c*", "<strong>a *b</strong> c*"),
        ("**a*", "**a*"),
        ("*a**", "*a**"),
        ("snake*case*word", "snake*case*word"),
        ("*a *", "*a *"),
        ("我**爱**你", "我<strong>爱</strong>你"),
        ("**❤**", "<strong>❤</strong>"),
        ("*<b>*", "<em>&lt;b&gt;</em>"),
    ],
)
def test_stars_around_words(source: str, inside: str) -> None:
    assert render(source) == f"<p>{inside}</p>"


def test_stars_end_with_their_block() -> None:
    assert render("*a\n\nb*") == "<p>*a</p><p>b*</p>"


# Links


@pytest.mark.parametrize(
    ("source", "address"),
    [
        ("see http://a.org.", "http://a.org"),
        ("HTTPS://A.org/B", "HTTPS://A.org/B"),
        ("http://192.168.1.5:8000/forums", "http://192.168.1.5:8000/forums"),
        ("(http://a.org/b)", "http://a.org/b"),
        ("http://a.org/b_(c)", "http://a.org/b_(c)"),
        ("(see http://a.org/b_(c)!)", "http://a.org/b_(c)"),
        ("**http://a.org/**", "http://a.org/"),
        ("<http://a.org>", "http://a.org"),
        ('"http://a.org/?q=1&copy=2#x"', "http://a.org/?q=1&copy=2#x"),
        ("http://a.org/مدرسة،", "http://a.org/مدرسة"),
        ("请看http://a.org/学校。谢谢", "http://a.org/学校"),
        ("http://a.org/it's?x='", "http://a.org/it's?x="),
    ],
)
def test_an_address_becomes_a_link_to_what_it_says(source: str, address: str) -> None:
    html = render(source)

    (link,) = tree(html).iter("a")

    assert link.attrib["href"] == link.text == address
    assert link.attrib["rel"] == "nofollow noopener noreferrer"


def test_stars_around_an_address_still_count() -> None:
    html = render("**http://a.org/**")

    assert html.startswith("<p><strong><a href=")


@pytest.mark.parametrize(
    "source",
    [
        "javascript:123",
        "//host",
        "/\\host",
        "http:/a.org",
        "http://",
        "http:///a.org",
        "http://user@a.org",
        "http://a.org:80@b.org/",
        "http://a.org\\@b.org",
        "http://-a.org",
        "http://аpple.com",
        "http://[::1]/",
        "http://a.org:x/",
        "http://" + "a." * 127 + "org",
        "ftp://a.org",
        "xhttp://a.org",
        "http\u017f://a.org",
        "[here](javascript:alert(1))",
        '<a href="http://',
    ],
)
def test_no_link_to_elsewhere_than_it_says(source: str) -> None:
    assert not links(render(source))
    assert plain(source) == source


@pytest.mark.parametrize(
    "address",
    [
        "http://a.org/ b",
        "http://a.org/\n",
        "\thttp://a.org/",
        "http://a.org/\0",
        "http://a.org/\x9f",
        "http://a.org/\\b",
        "http://a.org/\u202eb",
        "http://a.org/\u200bb",
        'http://a.org/"b',
        "javascript:123",
        "//host",
        "/\\host",
        "",
    ],
)
def test_such_an_href_is_refused(address: str) -> None:
    assert not is_safe_href(address)


@pytest.mark.parametrize(
    "address",
    ["http://a", "https://a.org.", "http://a.org?q", "http://a.org/می‌خواهم"],
)
def test_such_an_href_is_good(address: str) -> None:
    assert is_safe_href(address)


def test_bleach_asks_us_about_every_attribute() -> None:
    assert _may_stay("a", "href", "http://a.org/?a=1&amp;b=2")
    assert not _may_stay("a", "href", "http&#58;//a.org&#64;b.org")
    assert not _may_stay("a", "rel", "opener")
    assert not _may_stay("a", "onclick", REL)
    assert not _may_stay("strong", "href", "http://a.org")


# Directions


@pytest.mark.parametrize(
    "control", "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
def test_no_direction_spills_over_to_the_neighbours(control: str) -> None:
    assert render(f"a{control}b") == "<p>ab</p>"
    assert plain(f"a{control}b") == "ab"


def test_each_paragraph_of_a_mirrored_text_has_its_own_direction() -> None:
    assert render("مرحبا\n\nHello") == '<p dir="auto">مرحبا</p><p dir="auto">Hello</p>'
    assert render("- שלום") == '<ul dir="auto"><li>שלום</li></ul>'
    assert 'dir="ltr">http://a.org/</a>' in render("مرحبا http://a.org/")


def test_a_text_that_reads_from_the_left_pays_nothing_for_directions() -> None:
    assert "dir=" not in render("Hola\n\n- uno\n- http://a.org/")


# Cost


def calls(work: Callable[[str], object], source: str) -> int:
    """Count the calls made, which is the same in every run, unlike seconds."""
    count = 0

    def watch(frame: FrameType, event: str, arg: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        work(source)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize(
    "part",
    [
        *("<", "&", "*", "**a ", "*.", "> ", ">", "- a\n", "a\n\n", ">:", "(", "<b>"),
        *("http://", "http://a ", "http://a)", "https://a.b/(", "&lt;", "\u202e", " "),
    ],
)
def test_four_times_the_text_costs_about_four_times_the_work(part: str) -> None:
    render(part)  # what is imported or compiled once is not counted
    small, large = ((part * 16_000)[:size] for size in (4_000, 16_000))

    assert calls(render, large) < 5 * calls(render, small)
