"""What the classrooms room adds to the app."""

from flask import Flask

from app.classrooms import (
    card_views,
    class_views,
    cli,
    device_views,
    local_time,
    partnership_views,
    people_views,
    permissions,
    pupil_views,
    session_views,
    sign_in_views,
    teacher_views,
)


def register(app: Flask) -> None:
    local_time.register(app)
    # The room of accounts knows devices' classes by id alone.
    app.extensions["is_of_class"] = permissions.is_of_class
    for views in (
        sign_in_views,
        # The school's pages, with those of its people.
        people_views,
        class_views,
        pupil_views,
        card_views,
        device_views,
        partnership_views,
        session_views,
        teacher_views,
    ):
        app.register_blueprint(views.bp)
    app.cli.add_command(cli.commands)
