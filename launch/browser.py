"""Finds the Chromium that the tests drive; installs Debian's where it may."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from launch.words import say

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PLACES = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Google/Chrome/Application/chrome.exe",
    "C:/Program Files/Chromium/Application/chrome.exe",
)
# The fonts let the screenshots of pages in Arabic and Hindi show letters.
DEBIAN_PACKAGES = ("chromium", "fonts-noto-core")


def find_browser() -> str | None:
    """Find a Chromium or Chrome; `PARAVION_CHROMIUM` names one elsewhere."""
    named = os.environ.get("PARAVION_CHROMIUM")
    if named:
        return shutil.which(named)
    local = Path(os.environ.get("LOCALAPPDATA", "~")).expanduser()
    places = [*PLACES, str(local / "Google/Chrome/Application/chrome.exe")]
    return next(filter(None, map(shutil.which, (*NAMES, *places))), None)


def install_browser() -> str | None:
    """Install Debian's Chromium where this person may; about 100 MB."""
    if sys.platform == "linux" and os.geteuid() == 0 and shutil.which("apt-get"):
        return _install_debians()
    return None


def _install_debians() -> str | None:
    say("Installing Chromium for the tests that drive a browser.")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends"]
    for command in (["apt-get", "update", "-qq"], [*install, *DEBIAN_PACKAGES]):
        done = subprocess.run(
            command, env=environment, stdout=subprocess.DEVNULL, check=False
        )
        if done.returncode:
            say(f"`{' '.join(command)}` failed.")
            return None
    return find_browser()
