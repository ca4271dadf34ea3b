"""The first page after signing in."""

from flask import (
    Blueprint,
    abort,
    make_response,
    redirect,
    render_template,
    url_for,
)
from flask_login import login_required

from app.accounts import tries
from app.accounts.sessions import viewer
from app.classrooms import addresses
from app.classrooms.permissions import is_teacher
from app.db import db, now
from app.home import morning
from app.home.filling import fill
from app.home.first_steps import first_steps, next_step
from app.moderation.hiding import open_reports
from app.posts import marks
from app.web.answers import Answer
from app.web.pages import reader_zone

bp = Blueprint("home", __name__, template_folder="templates")


@bp.get("/")
@login_required
def my_post() -> Answer:
    if is_teacher(viewer()):
        steps = first_steps(viewer())
        return render_template(
            "home/my_morning.html",
            wrong_tries=tries.alarm(),
            moved=addresses.moved(viewer()),
            waits=morning.what_waits(viewer()),
            threads=morning.latest_threads(viewer()),
            steps=steps,
            next_step=next_step(steps),
        )
    if viewer().safeguarding:
        return render_template(
            "home/reading_along.html",
            reports=len(db.session.scalars(open_reports(viewer())).all()),
            threads=morning.latest_threads(viewer()),
        )
    if viewer().adult:
        # Who keeps the school or the machine has no post here.
        first = "school.people" if viewer().admin else "operations.health_page"
        return redirect(url_for(first), code=303)
    post = fill(viewer())
    marks.show(post.found)
    return render_template("home/my_post.html", post=post)


@bp.post("/read")
@login_required
def read() -> Answer:
    """Take the proof that the form brings, as `marks` does before any view."""
    return redirect("/", code=303)


@bp.get("/my-post.html")
@login_required
def saved() -> Answer:
    """Give the same as one file to keep; it proves nothing, and all stays new."""
    if viewer().adult:
        abort(404)
    today = now()
    page = render_template("home/saved.html", post=fill(viewer()), today=today)
    answer = make_response(page)
    name = f"my-post-{today.astimezone(reader_zone()).date()}.html"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
