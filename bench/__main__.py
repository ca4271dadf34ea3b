"""`python3 -m bench NAME [--quick]`: prints one line a figure; needs only Python at first."""

import argparse
import subprocess
import sys
from importlib import import_module
from pathlib import Path

from launch.places import ROOT, VENV, child_environment, venv_program

BENCHES = ("link", "pages", "people", "search", "translate")


def main() -> int:
    options = _parser().parse_args()
    if Path(sys.prefix).resolve() != VENV.resolve():
        return _in_venv()
    bench = import_module(f"bench.{options.name}")
    more = {"pairs": options.pairs} if options.name == "translate" else {}
    return int(bench.run(quick=options.quick, **more))


def _in_venv() -> int:
    """Run again with the server's own Python: that one is measured."""
    python = venv_program("python")
    if not python.exists():
        print(
            f"The server's packages are not in {VENV.name} yet: start with "
            "python3 run.py once, then run the bench.",
            file=sys.stderr,
        )
        return 1
    command = [str(python), "-m", "bench", *sys.argv[1:]]
    return subprocess.run(
        command, cwd=ROOT, env=child_environment(), check=False
    ).returncode


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python3 -m bench", allow_abbrev=False)
    parser.add_argument("name", choices=BENCHES)
    parser.add_argument(
        "--quick",
        action="store_true",
        help="at most 50 seconds: fewer rounds, same names",
    )
    parser.add_argument(
        "--pairs",
        type=Path,
        metavar="FILE",
        help="for translate: another file of pairs, English, a tab, Spanish",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
