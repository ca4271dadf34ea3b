"""A pack damaged after it was installed: its posts wait, all others are translated."""

import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask

from app.db import db
from app.jobs.models import open_jobs
from app.packs import engine, installing, inventory, loading, packs
from app.packs.errors import PackBrokenError
from app.posts.models import Post
from app.translate.catching_up import begin_anew, catch_up
from app.translate.translating import KIND
from tests.builders import a_post, a_pupil, released, teacher_of
from tests.translate.test_cli import ES_EN, say
from tests.translate.test_language_views import page_for
from tests.translate.test_translating import Two, renditions, work

Damage = Callable[[Path], None]
# All that a pack needs to work.
FILES = (
    "metadata.json", "model/model.bin", "model/config.json",
    "model/shared_vocabulary.json", "sentencepiece.model",
)  # fmt: skip


@pytest.fixture
def home(app: Flask, unpacked: Path) -> Iterator[Path]:
    """Both starter packs as an install leaves them, in files that may be harmed."""
    shutil.copytree(unpacked, packs.packs_folder(), dirs_exist_ok=True)
    for pair in ("es_en", "en_es"):
        inventory.take(packs.packs_folder() / pair)
    assert [pack.pair for pack in packs.installed()] == ["en-es", "es-en"]
    yield packs.packs_folder()
    engine.models.unload_idle(0)
    packs._aside.clear()


class Mail:
    """One letter in each of two languages, translated as the worker does it."""

    def __init__(self) -> None:
        two = Two()
        self.teacher = teacher_of(two.english)
        self.spanish: Post = two.letter("El río es grande.")
        self.english: Post = released(
            a_post(two.thread, a_pupil(two.english), "The river is big."), self.teacher
        )

    def translate(self) -> None:
        work()

    def in_english(self) -> str | None:
        return renditions(self.spanish)["en"].source

    def in_spanish(self) -> str | None:
        return renditions(self.english)["es"].source


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


def flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x20
    path.write_bytes(content)


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def made_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def made_a_link(path: Path) -> None:
    whole = path.rename(path.with_name(f"{path.name}.whole"))
    path.symlink_to(whole)


def saying(**changed: object) -> Damage:
    """Let the metadata say something else."""

    def change(pack: Path) -> None:
        told = json.loads((pack / "metadata.json").read_text()) | changed
        (pack / "metadata.json").write_text(json.dumps(told))

    return change


def holding(name: str, content: bytes) -> Damage:
    def write(pack: Path) -> None:
        (pack / name).write_bytes(content)

    return write


def of_the_other(name: str) -> Damage:
    def swap(pack: Path) -> None:
        shutil.copy(pack.parent / "en_es" / name, pack / name)

    return swap


def with_a_short_vocabulary(pack: Path) -> None:
    path = pack / "model" / "shared_vocabulary.json"
    path.write_text(json.dumps(json.loads(path.read_text())[:-100]))


def with_a_turned_vocabulary(pack: Path) -> None:
    path = pack / "model" / "shared_vocabulary.json"
    path.write_text(json.dumps(json.loads(path.read_text())[::-1]))


def without_its_model_folder(pack: Path) -> None:
    shutil.rmtree(pack / "model")


def with_a_file_for_a_folder(pack: Path) -> None:
    shutil.rmtree(pack / "model")
    (pack / "model").write_text("x")


def with_two_files_exchanged(pack: Path) -> None:
    (pack / "sentencepiece.model").rename(pack / "x")
    (pack / "model" / "config.json").rename(pack / "sentencepiece.model")
    (pack / "x").rename(pack / "model" / "config.json")


def in_a_folder_of_another_name(pack: Path) -> None:
    pack.rename(pack.with_name("fr_en"))


DAMAGE: dict[str, Damage] = {
    f"{name} {harm.__name__}": (lambda pack, name=name, harm=harm: harm(pack / name))
    for name in FILES
    for harm in (truncated, flipped, emptied, Path.unlink, made_a_folder, made_a_link)
} | {
    "metadata no JSON": holding("metadata.json", b"{"),
    "metadata a list": holding("metadata.json", b"[]"),
    "metadata deep": holding("metadata.json", b"[" * 50_000),
    "metadata no UTF-8": holding("metadata.json", b'{"from_code": "\xff"}'),
    "another version": saying(package_version="0.3"),
    "a version that is none": saying(package_version="../../x"),
    "another language": saying(to_code="fr"),
    "another prefix": saying(target_prefix="__en__"),
    "no translator": saying(type="sbd"),
    "sentencepiece of the other": of_the_other("sentencepiece.model"),
    "model of the other": of_the_other("model/model.bin"),
    "vocabulary in another order": with_a_turned_vocabulary,
    "metadata of the other": of_the_other("metadata.json"),
    "vocabulary short": with_a_short_vocabulary,
    "vocabulary nonsense": holding("model/shared_vocabulary.json", b"{}"),
    "config nonsense": holding("model/config.json", b"nonsense"),
    "model of noise": holding("model/model.bin", os.urandom(100_000)),
    "no model folder": without_its_model_folder,
    "a file for a folder": with_a_file_for_a_folder,
    "two files exchanged": with_two_files_exchanged,
    "folder of another name": in_a_folder_of_another_name,
    "inventory cut": lambda pack: truncated(pack / inventory.NAME),
    "inventory nonsense": holding(inventory.NAME, b'{"files": [{"path": 7}]}'),
    "inventory a folder": lambda pack: made_a_folder(pack / inventory.NAME),
}


def test_there_are_thirty_kinds_and_more() -> None:
    assert len(DAMAGE) >= 50


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_pack_leaves_the_others_at_work(home: Path, kind: str) -> None:
    mail = Mail()
    DAMAGE[kind](home / "es_en")

    mail.translate()

    assert mail.in_spanish() == "El río es grande."
    assert mail.in_english() is None  # its reader has the original
    (broken,) = packs.damaged()
    assert broken.reason
    assert [pack.pair for pack in packs.installed()] == ["en-es"]


@pytest.mark.parametrize(
    "kind",
    [f"{name} {harm}" for name in FILES for harm in ("flipped", "made_a_link")]
    + ["another version", "vocabulary short"],
)
def test_list_and_page_name_the_damaged_pack_and_what_to_do(
    home: Path, app: Flask, kind: str
) -> None:
    mail = Mail()
    DAMAGE[kind](home / "es_en")
    mail.translate()

    listed, shown = say(app, "packs", "list")[1], page_for(app, mail.teacher)

    name = "metadata.json" if kind == "another version" else kind.partition(" ")[0]
    if kind == "vocabulary short":
        name = "model/shared_vocabulary.json"
    assert f"es_en  cannot be used: {name} " in listed
    assert "Install it again." in listed
    assert f"es_en cannot be used {name} " in shown


def test_what_no_model_needs_may_be_damaged(home: Path) -> None:
    mail = Mail()
    (home / "es_en" / "README.md").write_text("x")

    mail.translate()

    assert mail.in_english() == "The river is big."
    assert packs.damaged() == []


def test_a_pack_from_before_inventories_works(home: Path) -> None:
    mail = Mail()
    (home / "es_en" / inventory.NAME).unlink()

    mail.translate()

    assert mail.in_english() == "The river is big."


def test_posts_that_waited_are_translated_when_the_pack_is_whole_again(
    home: Path, unpacked: Path
) -> None:
    mail = Mail()
    flipped(home / "es_en" / "model" / "model.bin")
    mail.translate()
    assert mail.in_english() is None
    assert open_jobs(KIND) == []

    installing.install(ES_EN)
    catch_up()
    work()

    assert mail.in_english() == "The river is big."
    assert packs.damaged() == []


def test_posts_take_another_way_round_a_damaged_pack(home: Path) -> None:
    """English is read in French directly, or by way of Spanish."""
    for pair in ("en_fr", "es_fr"):
        shutil.copytree(home / "en_es", home / pair)
        first, second = pair.split("_")
        saying(from_code=first, to_code=second)(home / pair)
        inventory.take(home / pair)
    two = Two()
    a_pupil(two.english).person.lang = "fr"
    db.session.commit()
    english = released(
        a_post(two.thread, a_pupil(two.english), "The river is big."),
        teacher_of(two.english),
    )
    flipped(home / "en_fr" / "model" / "model.bin")

    work()

    assert renditions(english)["fr"].pack == "en-es 0.2+es-fr 0.2"


def test_a_file_nobody_may_read_is_said(home: Path) -> None:
    mail = Mail()
    for name in ("model/model.bin", "sentencepiece.model"):
        (home / "es_en" / name).chmod(0)

    with without_the_powers_of_root():
        mail.translate()

    assert mail.in_spanish() == "El río es grande."
    assert mail.in_english() is None
    assert "model/model.bin cannot be read on this machine" in packs.damaged()[0].reason


def test_a_folder_nobody_may_enter_is_said(home: Path) -> None:
    mail = Mail()
    (home / "es_en").chmod(0)

    with without_the_powers_of_root():
        mail.translate()
        (broken,) = packs.damaged()

    (home / "es_en").chmod(0o700)
    assert mail.in_spanish() == "El río es grande."
    assert mail.in_english() is None
    assert broken.reason == "Its metadata.json cannot be read."


def test_a_folder_that_takes_no_note_is_set_aside_in_memory(home: Path) -> None:
    mail = Mail()
    (home / "es_en" / packs.SET_ASIDE).mkdir()
    flipped(home / "es_en" / "model" / "model.bin")

    mail.translate()

    assert mail.in_spanish() == "El río es grande."
    assert mail.in_english() is None
    assert [broken.folder.name for broken in packs.damaged()] == ["es_en"]


# What a native crash looks like to the one who started the process.
CRASH = """
import os, signal, sys
from pathlib import Path
from app.packs import engine

def crash(*given, **named):
    os.kill(os.getpid(), signal.SIGKILL)

engine.Model.__init__ = crash
with engine.models.use(Path(sys.argv[1])):
    pass
"""


def killed_while_loading(pack: Path) -> None:
    """Let a process end hard in the middle of loading, as a crash of the library would."""
    done = subprocess.run(
        [sys.executable, "-c", CRASH, str(pack)],
        cwd=Path(__file__).parents[2],
        check=False,
    )
    assert done.returncode == -signal.SIGKILL


def test_a_load_that_killed_the_worker_is_tried_in_a_child_first(home: Path) -> None:
    """The power may have failed just then: a good pack goes on."""
    mail = Mail()
    killed_while_loading(home / "es_en")
    assert loading.crashes(home / "es_en") == 1

    begin_anew()
    mail.translate()

    assert mail.in_english() == "The river is big."
    assert loading.crashes(home / "es_en") == 0


def test_a_pack_that_kills_again_in_the_child_is_set_aside(home: Path) -> None:
    mail = Mail()
    killed_while_loading(home / "es_en")
    # Whole by its inventory, and no good all the same.
    (home / "es_en" / "model" / "model.bin").write_bytes(b"noise" * 1000)
    inventory.take(home / "es_en")

    begin_anew()
    mail.translate()

    assert mail.in_english() is None
    assert mail.in_spanish() == "El río es grande."
    assert "cannot be loaded on this machine" in packs.damaged()[0].reason


def test_a_pack_that_killed_three_workers_is_tried_no_more(home: Path) -> None:
    """The child has more memory to itself than the worker, and lets it pass."""
    for _n in range(loading.MOST_CRASHES):
        killed_while_loading(home / "es_en")

    begin_anew()

    (broken,) = packs.damaged()
    assert broken.reason.startswith("The worker ended 3 times while it loaded")
    assert [pack.pair for pack in packs.installed()] == ["en-es"]

    installing.install(ES_EN)
    begin_anew()
    assert packs.damaged() == []


def test_a_pack_from_before_inventories_is_vouched_for_at_the_start(
    home: Path,
) -> None:
    for pair in ("es_en", "en_es"):
        (home / pair / inventory.NAME).unlink()
    emptied(home / "en_es" / "model" / "config.json")
    flipped(home / "en_es" / "model" / "shared_vocabulary.json")
    truncated(home / "en_es" / "model" / "model.bin")

    begin_anew()

    known = inventory.read(home / "es_en")
    assert known is not None
    assert known.memory_bytes > 0
    assert [broken.folder.name for broken in packs.damaged()] == ["en_es"]
    flipped(home / "es_en" / "sentencepiece.model")
    with pytest.raises(PackBrokenError, match=r"sentencepiece\.model has changed"):
        inventory.check(home / "es_en")


@contextmanager
def without_the_powers_of_root() -> Iterator[None]:
    """Let file permissions hold for this thread, whoever runs the tests."""
    if os.geteuid() != 0:
        yield
        return
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # the third version; this thread
    kept = (ctypes.c_uint32 * 6)()
    assert libc.capget(header, kept) == 0
    fewer = (ctypes.c_uint32 * 6)(*kept)
    fewer[0] &= ~0b110  # CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH
    assert libc.capset(header, fewer) == 0
    try:
        yield
    finally:
        assert libc.capset(header, kept) == 0
