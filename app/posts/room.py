"""What the posts room adds to the app."""

from flask import Flask

from app.posts import marks, views


def register(app: Flask) -> None:
    app.register_blueprint(views.bp)
    app.before_request(marks.take)
    app.jinja_env.globals["read_proof"] = marks.read_proof
