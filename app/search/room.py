"""What the search room adds to the app."""

from flask import Blueprint, Flask
from flask_login import login_required

from app import pipeline
from app.search import indexing

bp = Blueprint("search", __name__, template_folder="templates")


@bp.get("/search")
@login_required
def search_page() -> str:
    # With the first search come a megabyte of this room and, in 0.1 s, Whoosh.
    from app.search.views import answer

    return answer()


def register(app: Flask) -> None:
    app.register_blueprint(bp)
    pipeline.follow(indexing.KIND, renditions=True)


def register_work(app: Flask) -> None:
    from app.search import cli, updating  # noqa: F401  # updating registers its job

    app.cli.add_command(cli.commands)
