"""What the posts room adds to the app."""

from flask import Flask

from app.posts import (
    answer_views,
    draft_views,
    drafting,
    edit_views,
    form,
    marks,
    previewing,
    rendering_again,  # noqa: F401  # registers its chore
    views,
)


def register(app: Flask) -> None:
    app.register_blueprint(views.bp)
    app.register_blueprint(answer_views.bp)
    app.register_blueprint(draft_views.bp)
    app.register_blueprint(edit_views.bp)
    app.before_request(marks.take)
    app.jinja_env.globals["draft_fingerprint"] = drafting.fingerprint
    app.jinja_env.globals["how_it_reads"] = previewing.how_it_reads
    app.jinja_env.globals["new_form_key"] = form.new_form_key
    app.jinja_env.globals["read_proof"] = marks.read_proof
