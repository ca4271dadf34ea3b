"""The one form every post is sent with, read once for forums and letters alike."""

from flask import request

from app.accounts.models import Account
from app.posts.models import Post, Thread
from app.posts.publishing import publish
from app.web.csrf import sent_form_key
from app.web.langs import chosen_lang


def publish_form(thread: Thread, author: Account) -> Post:
    """Publish what this request's form holds; Refused as `publish` says."""
    picture = request.files.get("picture")
    return publish(
        thread,
        author,
        request.form.get("source", ""),
        form_key=sent_form_key(),
        lang=chosen_lang(),
        picture=picture if picture and picture.filename else None,
        description=request.form.get("description", ""),
    )
