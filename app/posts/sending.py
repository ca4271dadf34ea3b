"""The one form every post is sent with, read once for forums and letters alike."""

from flask import request
from werkzeug.datastructures import FileStorage

from app.accounts.models import Account
from app.posts.models import Post, Revision, Thread
from app.posts.publishing import mend, publish
from app.web.csrf import sent_form_key
from app.web.langs import chosen_lang


def publish_form(thread: Thread, author: Account) -> Post:
    """Publish what this request's form holds; Refused as `publish` says."""
    return publish(
        thread,
        author,
        request.form.get("source", ""),
        form_key=sent_form_key(),
        lang=chosen_lang(),
        picture=_picture(),
        description=request.form.get("description", ""),
    )


def mend_form(post: Post) -> Revision:
    """Send a returned post again as this request's form says; Refused likewise."""
    return mend(
        post,
        request.form.get("source", ""),
        chosen_lang(),
        picture=_picture(),
        description=request.form.get("description", ""),
    )


def _picture() -> FileStorage | None:
    picture = request.files.get("picture")
    return picture if picture and picture.filename else None
