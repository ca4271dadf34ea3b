"""The two commands: `python3 run.py` sets up and serves, `python3 run.py test` tests.

This file stays plain, so that a Python too old for the rest can still read it
and say so; everything else is in `launch/`.
"""

import sys

OLDEST = (3, 11)


def too_old(version: tuple) -> str:  # type: ignore[type-arg]  # tuple[int] needs 3.9
    """Say in one sentence that this Python will not do, or nothing."""
    if version[:2] >= OLDEST:
        return ""
    return (
        (
            "Paravion needs Python %d.%d or newer and this is %d.%d: install a newer one "  # noqa: UP031  # f-strings need 3.6
            "(on Windows and macOS from python.org, on Debian or Ubuntu with: "
            "sudo apt install python3 python3-venv) and start again with it."
        )
        % (OLDEST + tuple(version[:2]))
    )


def opened_by_double_click() -> bool:
    """Whether the window closes with us, so that nobody could read the last words."""
    if sys.platform == "win32" and sys.stdin and sys.stdin.isatty():
        import ctypes

        # The window's processes: Python, and its launcher; a prompt would be a third.
        listed = (ctypes.c_uint * 8)()
        in_window = int(ctypes.windll.kernel32.GetConsoleProcessList(listed, 8))
        return 0 < in_window <= 2
    return False


def main() -> int:
    refusal = too_old(sys.version_info)
    if refusal:
        sys.stderr.write(refusal + "\n")
        return 1
    from launch.commands import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    code = main()
    if code and opened_by_double_click():
        input("Press Enter to close this window.")
    sys.exit(code)
