"""Tiny wheels and a folder that installs them, so that tests ask no network."""

import base64
import hashlib
import shutil
import zipfile
from pathlib import Path

from launch.places import ROOT


def a_wheel(
    folder: Path, name: str, version: str = "1.0", tag: str = "py3-none-any"
) -> str:
    """Make a wheel of one module; return its lines for a lock file."""
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": f'VERSION = "{version}"\n',
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n",
    }
    record = [f"{info}/RECORD,,"]
    for path, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())
        record.append(f"{path},sha256={digest.decode().rstrip('=')},{len(text)}")
    folder.mkdir(exist_ok=True)
    wheel = folder / f"{name}-{version}-{tag}.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in (files | {f"{info}/RECORD": "\n".join(record)}).items():
            archive.writestr(path, text)
    return lock_lines(name, version, hashlib.sha256(wheel.read_bytes()).hexdigest())


def lock_lines(name: str, version: str, digest: str) -> str:
    return f"{name}=={version} \\\n    --hash=sha256:{digest}\n"


def a_copy(folder: Path) -> Path:
    """Copy what sets up, with a lock of one tiny package and its wheel."""
    copy = folder / "paravion"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "launch", copy / "launch", ignore=ignored)
    shutil.copy(ROOT / "run.py", copy)
    lines = a_wheel(copy / "wheels", "tiny")
    (copy / "requirements.txt").write_text("# made here\n" + lines)
    return copy
