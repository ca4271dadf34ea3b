"""What the moderation room adds to the app."""

from flask import Flask

from app.moderation import views
from app.moderation.review import waits_for_teacher
from app.posts import publishing


def register(app: Flask) -> None:
    app.register_blueprint(views.bp)
    if waits_for_teacher not in publishing.holding_rules:
        publishing.holding_rules.append(waits_for_teacher)
