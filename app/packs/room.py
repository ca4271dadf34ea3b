"""What the packs room adds to the app."""

from flask import Flask

from app.packs import sharing


def register(app: Flask) -> None:
    """Models and Argos itself are imported by the first job: 0.3 s and 40 MB."""
    app.register_blueprint(sharing.bp)
