"""What the wording room adds to the app."""

from flask import Flask

from app.wording import glossary_views, mend_views, side_views


def register(app: Flask) -> None:
    app.register_blueprint(glossary_views.bp)
    app.register_blueprint(side_views.bp)
    app.register_blueprint(mend_views.bp)


def register_work(app: Flask) -> None:
    from app.wording import cli  # noqa: F401 - its commands register themselves
