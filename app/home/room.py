"""What the home room adds to the app."""

from flask import Flask

from app.home import views


def register(app: Flask) -> None:
    app.register_blueprint(views.bp)
