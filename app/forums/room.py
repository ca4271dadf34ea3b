"""What the forums room adds to the app."""

from flask import Flask

from app.forums import arranging_views, views
from app.forums.destinations import forum_destination
from app.forums.listing import titles
from app.posts.models import FORUM_THREAD
from app.posts.showing import answer_endpoints, thread_endpoints
from app.search.titles import forum_titles


def register(app: Flask) -> None:
    app.register_blueprint(views.bp)
    app.register_blueprint(arranging_views.bp)
    app.extensions["forum_destination"] = forum_destination
    thread_endpoints[FORUM_THREAD] = "forums.thread"
    forum_titles["forums"] = titles
    answer_endpoints[FORUM_THREAD] = "forums.reply"
