"""Reads the command line and does what it asks."""

import argparse
import os
import signal
import sys
from collections.abc import Sequence

from launch.addresses import port_free
from launch.checking import check
from launch.instance import database_ready, demo_ready, flask, folder_ready
from launch.locking import only_one
from launch.packages import packages_ready
from launch.places import instance_folder
from launch.serving import serve
from launch.wheels import SYSTEMS, fill_wheels
from launch.words import Stop, about_folder

DEFAULT_HOST = "0.0.0.0"  # noqa: S104  # the school's own network is what it is for
DEFAULT_PORT = 8000
EPILOG = """\
python3 run.py              sets up what is missing and serves; Ctrl-C ends it
python3 run.py --demo       the same, in instance-demo/, filled with an example
python3 run.py test         runs all checks and tests; more words go to pytest
python3 run.py wheels DIR   fills a folder with the packages, to carry on a stick
python3 run.py flask ...    one of the server's own commands, such as: people recover NAME
"""


def run(arguments: Sequence[str]) -> int:
    """Do what the command line asks; return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        return _do(options)
    except Stop as stop:
        print(stop, file=sys.stderr, flush=True)
    except OSError as error:
        print(about_folder(error, instance_folder(demo=options.demo)), file=sys.stderr)
    except KeyboardInterrupt:
        print("\nEnded before it was done: start again to go on.", file=sys.stderr)
    return 1


def _do(options: argparse.Namespace) -> int:
    if options.demo:
        # The example must never be filled into the school's own PostgreSQL.
        os.environ.pop("PARAVION_DATABASE_URL", None)
    if options.command == "test":
        return check(options.rest)
    if options.command == "wheels":
        return fill_wheels(_wheels_parser().parse_args(options.rest))
    if options.command == "flask":
        return _pass_on(options)
    return _serve(options)


def _serve(options: argparse.Namespace) -> int:
    instance = instance_folder(demo=options.demo)
    packages_ready()
    folder_ready(instance)
    with only_one(instance / "run.lock") as mine:
        if not mine:
            raise Stop(
                f"Paravion already runs with the folder {instance.name}: go to its "
                "window, or end it there with Ctrl-C before you start it here."
            )
        port_free(options.host, options.port)
        database_ready(instance)
        if options.demo:
            demo_ready(instance)
        serve(instance, options.host, options.port)
    return 0


def _pass_on(options: argparse.Namespace) -> int:
    instance = instance_folder(demo=options.demo)
    packages_ready()
    folder_ready(instance)
    # Ctrl-C is for the command; it says its own last words.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return flask(instance, *options.rest).returncode


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="run.py",
        usage="python3 run.py [--demo] [--port N] [--host ADDR] [test|wheels|flask ...]",
        description="Sets up and serves Paravion.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--demo", action="store_true", help="a filled example server")
    parser.add_argument("--port", type=_port, default=DEFAULT_PORT, metavar="N")
    parser.add_argument("--host", default=DEFAULT_HOST, metavar="ADDR")
    parser.add_argument("command", nargs="?", choices=("test", "wheels", "flask"))
    parser.add_argument("rest", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    return parser


def _wheels_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="run.py wheels", allow_abbrev=False)
    parser.add_argument("folder", metavar="FOLDER")
    parser.add_argument(
        "--for", dest="system", choices=sorted(SYSTEMS), help="default: this machine's"
    )
    parser.add_argument(
        "--python",
        default=f"{sys.version_info.major}.{sys.version_info.minor}",
        metavar="3.12",
        help="default: this machine's",
    )
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"{text} is no port: give one of 1 to 65535")
    return int(text)
