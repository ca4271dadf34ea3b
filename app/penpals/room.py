"""What the pen pals room adds to the app."""

from flask import Flask

from app.penpals import views
from app.posts.models import LETTERS
from app.posts.showing import answer_endpoints, thread_endpoints


def register(app: Flask) -> None:
    app.register_blueprint(views.bp)
    thread_endpoints[LETTERS] = "penpals.letters"
    answer_endpoints[LETTERS] = "penpals.write"
