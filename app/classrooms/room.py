"""What the classrooms room adds to the app."""

from flask import Flask

from app.classrooms import (
    card_views,
    class_views,
    cli,
    device_views,
    local_time,
    partnership_views,
    school_views,
    sign_in_views,
)


def register(app: Flask) -> None:
    local_time.register(app)
    for views in (
        sign_in_views,
        school_views,
        class_views,
        card_views,
        device_views,
        partnership_views,
    ):
        app.register_blueprint(views.bp)
    app.cli.add_command(cli.commands)
