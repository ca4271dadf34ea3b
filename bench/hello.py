"""Bare Flask: one line of text, on waitress with the settings of our own server."""

import os

from flask import Flask, Response

from wsgi import server


def hello() -> Flask:
    app = Flask("hello")

    @app.get("/")
    def say() -> str:
        return "Hello, World!"

    @app.get("/ping")
    def ping() -> Response:
        return Response(status=204)

    return app


if __name__ == "__main__":
    server("127.0.0.1", int(os.environ["PARAVION_PORT"]), hello()).run()
