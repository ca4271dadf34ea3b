"""What every page needs and no room owns: errors, forms, headers, languages, pages."""

from flask import Flask

from app.web import csrf, errors, headers, langs, messages, numbers, pages


def register(app: Flask) -> None:
    numbers.register(app)
    errors.register(app)
    headers.register(app)
    csrf.register(app)
    langs.register(app)
    pages.register(app)
    app.cli.add_command(messages.commands)
