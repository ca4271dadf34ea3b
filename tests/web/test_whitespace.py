"""Line ends of templates go, and no white space that anybody sees."""

import pytest
from flask import Flask, render_template_string


@pytest.mark.parametrize(
    ("template", "made"),
    [
        ("<main>\n  <h1>A</h1>\n  <p>B</p>\n</main>\n", "<main><h1>A</h1><p>B</p></main>"),
        ('<ul class="a">\n<li>A</li>\n</ul>', '<ul class="a"><li>A</li></ul>'),
        ("<p>\nA\n</p>", "<p>A</p>"),
        ("<div>{{ 1 }}</div>\n{% if 1 %}\n<p>B</p>\n{% endif %}", "<div>1</div><p>B</p>"),
        # Between words, and in what stands in a line, it is seen.
        ("<b>A</b>\n<i>B</i>", "<b>A</b>\n<i>B</i>"),
        ("<p>A</p> <p>B</p>", "<p>A</p> <p>B</p>"),
        ("A\nB", "A\nB"),
        ("<li>A</li>\n<li>B</li>", "<li>A</li>\n<li>B</li>"),
        ("<form>A</form>\n<form>B</form>", "<form>A</form>\n<form>B</form>"),
        ("<path>\n<pre>\nA</pre>", "<path>\n<pre>\nA</pre>"),
    ],
)  # fmt: skip
def test_a_line_end_beside_a_block_goes(app: Flask, template: str, made: str) -> None:
    assert render_template_string(template) == made


def test_what_people_wrote_stays_as_it_is(app: Flask) -> None:
    words = "One\n\n<p>two</p>\n<p>three</p>\n"

    made = render_template_string("<div>\n{{ words|safe }}\n</div>", words=words)

    assert made == f"<div>{words}</div>"


def test_a_fault_is_still_told_by_its_own_line(app: Flask) -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        render_template_string("<p>\n<p>\n<p>\n{{ 1 / 0 }}")

    assert caught.traceback[-1].lineno + 1 == 4
