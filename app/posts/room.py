"""What the posts room adds to the app."""

from flask import Flask

from app.posts import views


def register(app: Flask) -> None:
    app.register_blueprint(views.bp)
