"""What the learning room adds to the app."""

from flask import Flask

from app.learning import views


def register(app: Flask) -> None:
    app.register_blueprint(views.bp)
