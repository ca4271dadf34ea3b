"""Symbols: each has a shape and a name, and a class's pupils have different ones."""

from collections import Counter

from flask import Flask
from flask_babel import force_locale

from app.accounts.people import rarest_symbol
from app.accounts.symbols import SYMBOLS, symbol_names
from app.classrooms.class_list import let_leave
from tests.builders import a_classroom, a_pupil


def test_each_symbol_has_a_name_and_a_shape_of_its_own(app: Flask) -> None:
    shapes = app.jinja_env.get_template("_symbols.html").module.symbol  # type: ignore[attr-defined]  # a macro, known once it is read

    with app.test_request_context("/"), force_locale("en"):
        names = symbol_names()
        drawn = {shapes(name) for name in SYMBOLS}

    assert tuple(names) == SYMBOLS
    assert len(set(names.values())) == len(drawn) == 24
    assert all('d=""' not in shape for shape in drawn)


def test_a_class_of_24_has_24_symbols_and_a_larger_one_each_at_most_twice(
    app: Flask,
) -> None:
    room = a_classroom()

    symbols = [a_pupil(room).person.symbol for _n in range(30)]

    assert len(set(symbols[:24])) == 24
    assert max(Counter(symbols).values()) == 2


def test_the_symbol_of_one_who_left_is_free_again(app: Flask) -> None:
    room = a_classroom()
    pupils = [a_pupil(room) for _n in range(24)]
    let_leave(room, pupils[7])

    assert a_pupil(room).person.symbol == pupils[7].person.symbol


def test_the_rarest_symbol_is_drawn_and_strange_ones_do_not_count() -> None:
    taken = [*SYMBOLS, *SYMBOLS[1:], "dragon"]

    assert rarest_symbol(taken) == SYMBOLS[0]
    assert {rarest_symbol([]) for _n in range(200)} <= set(SYMBOLS)
