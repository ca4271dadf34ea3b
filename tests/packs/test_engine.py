"""Models in memory: loaded late, shared, unloaded; nothing of them in the web process."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.packs import engine
from app.packs.engine import MAX_TOKENS, Model, Models
from bench.big_pack import make_big_pack
from tests.starter_packs import ROOT

HEAVY = ("ctranslate2", "argostranslate", "sentencepiece", "sentencex", "numpy")


def in_a_new_python(code: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_web_process_loads_nothing_heavy(instance: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from app.factory import create_app\n"
        "app = create_app(Path(sys.argv[1]))\n"
        "from app.packs import engine, packs\n"
        "with app.app_context(): packs.installed(), packs.damaged(), engine.unavailable()\n"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )

    assert in_a_new_python(code, str(instance)) == "[]"


def test_no_model_loads_what_fills_the_disk(unpacked: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from app.packs.engine import Model\n"
        "folder = Path(sys.argv[1])\n"
        "Model(folder / 'es_en', folder).translate(['Hola.'], careful=False)\n"
        "print([n for n in ('torch', 'stanza', 'spacy', 'minisbd') if n in sys.modules])"
    )

    assert in_a_new_python(code, str(unpacked)) == "[]"


def test_argos_obeys_no_settings_of_whoever_runs_it(
    unpacked: Path, tmp_path: Path
) -> None:
    code = (
        "import os, sys; from pathlib import Path; from app.packs.engine import Model\n"
        "folder = Path(sys.argv[1])\n"
        "os.environ.update(HOME=sys.argv[2], ARGOS_PACKAGES_DIR=sys.argv[2] + '/x')\n"
        "os.environ.pop('XDG_DATA_HOME', None)\n"
        "Model(folder / 'es_en', folder)\n"
        "print(os.listdir(sys.argv[2]), os.environ['HOME'] == sys.argv[2],\n"
        "      'XDG_DATA_HOME' in os.environ, 'ARGOS_PACKAGES_DIR' in os.environ)"
    )

    assert in_a_new_python(code, str(unpacked), str(tmp_path)) == "[] True False True"


def test_an_underscore_stays_one(es_en: Model) -> None:
    assert es_en._words(["▁a", "_", "b"]) == "a_b"


def test_a_sentence_no_model_can_hold_gets_no_draft(es_en: Model) -> None:
    endless = "palabra " * (MAX_TOKENS + 1)

    drafts = es_en.translate(["Hola.", endless, ""], careful=False)

    assert [len(one) for one in drafts] == [1, 0, 0]


def test_a_runaway_sentence_is_cut_short(en_es: Model) -> None:
    (drafts,) = en_es.translate(["clap clap clap clap clap"], careful=False)

    assert len(drafts[0].text) < 400


def test_many_sentences_keep_their_order(es_en: Model) -> None:
    numbers = [
        "Tengo dos gatos.",
        "El río es grande y el agua está muy fría hoy.",
        "Sí.",
    ] * 20

    alone = [es_en.translate([one], careful=False)[0][0].text for one in numbers[:3]]
    together = [one[0].text for one in es_en.translate(numbers, careful=False)]

    assert together == alone * 20


def test_short_batches_hold_every_sentence_once() -> None:
    tokens = [["a"] * length for length in (3, 0, 200, 7, MAX_TOKENS + 1, 200, 90, 3)]

    batches = list(engine._batches(tokens, 450))

    assert batches == [[2, 5], [6, 3, 0, 7]]


def test_eight_threads_load_one_model(
    unpacked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = counted_loading(monkeypatch)
    models = Models()
    got: list[Model] = []
    start = threading.Barrier(8)

    def use() -> None:
        start.wait()
        with models.use(unpacked / "es_en") as model:
            got.append(model)

    in_threads(*[use] * 8)

    assert loaded == ["es_en"]
    assert len(got) == 8
    assert len({id(model) for model in got}) == 1


def test_two_packs_do_not_wait_for_each_others_loading(
    unpacked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = Models()
    begun, go_on = threading.Event(), threading.Event()
    real = Model.__init__

    def slow(self: Model, folder: Path, scratch: Path) -> None:
        if folder.name == "es_en":
            begun.set()
            assert go_on.wait(30)
        real(self, folder, scratch)

    def use_the_slow_one() -> None:
        with models.use(unpacked / "es_en"):
            pass

    monkeypatch.setattr(Model, "__init__", slow)
    thread = threading.Thread(target=use_the_slow_one)
    thread.start()
    assert begun.wait(30)

    with models.use(unpacked / "en_es") as model:
        assert model.translate(["Yes."], careful=False)[0]

    assert thread.is_alive()
    go_on.set()
    thread.join()


def test_a_pack_that_cannot_be_loaded_leaves_nothing_behind(
    unpacked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = Models()

    def fails(self: Model, folder: Path, scratch: Path) -> None:
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr(Model, "__init__", fails)
        with pytest.raises(MemoryError), models.use(unpacked / "es_en"):
            pass
        assert models.loaded_bytes() == 0
    with models.use(unpacked / "es_en") as model:
        assert model.translate(["Sí."], careful=False)[0]


def test_an_idle_model_is_unloaded_and_a_used_one_kept(
    unpacked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = Models()
    used(models, unpacked / "es_en")
    real = time.monotonic
    monkeypatch.setattr("app.packs.engine.time.monotonic", lambda: real() + 1000)
    used(models, unpacked / "en_es")

    assert models.unload_idle() == 1

    assert loaded_pairs(models) == ["en_es"]


def test_a_model_in_use_is_not_unloaded(unpacked: Path) -> None:
    models = Models()

    with models.use(unpacked / "es_en") as model:
        assert models.unload_idle(0) == 0
        with models.use(unpacked / "es_en") as same:
            assert same is model

    assert models.unload_idle(0) == 1


def test_only_so_many_models_are_kept(
    unpacked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "MOST_LOADED", 1)
    models = Models()

    used(models, unpacked / "es_en")
    used(models, unpacked / "en_es")

    assert loaded_pairs(models) == ["en_es"]


def test_models_together_are_no_larger_than_their_bound(
    unpacked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    third = linked(unpacked / "es_en", unpacked.parent / "third")
    size = (unpacked / "es_en" / "model" / "model.bin").stat().st_size
    monkeypatch.setattr(engine, "MOST_LOADED_BYTES", 2 * size + size // 2)
    models = Models()

    for folder in (unpacked / "es_en", unpacked / "en_es"):
        used(models, folder)
    used(models, unpacked / "es_en")  # so the other one was used longest ago
    used(models, third)

    assert loaded_pairs(models) == ["es_en", "third"]
    assert models.loaded_bytes() <= engine.MOST_LOADED_BYTES


def test_no_room_is_made_at_the_cost_of_a_model_in_use(
    unpacked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "MOST_LOADED_BYTES", 1)
    models = Models()

    with models.use(unpacked / "es_en") as first:
        used(models, unpacked / "en_es")
        assert loaded_pairs(models) == ["en_es", "es_en"]
        with models.use(unpacked / "es_en") as again:
            assert again is first


def test_a_pack_put_in_the_place_of_another_is_loaded_anew(
    unpacked: Path, tmp_path: Path
) -> None:
    folder = linked(unpacked / "es_en", tmp_path / "pack")
    models = Models()
    with models.use(folder) as before:
        pass
    other = tmp_path / "model.bin"
    other.write_bytes((folder / "model" / "model.bin").read_bytes())
    other.replace(folder / "model" / "model.bin")

    with models.use(folder) as after:
        assert after is not before


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc")
def test_the_memory_of_unloaded_models_is_given_back(
    unpacked: Path, tmp_path: Path
) -> None:
    make_big_pack(unpacked / "es_en", tmp_path / "big", "es", "en")
    code = (
        "import re, sys; from pathlib import Path; from app.packs.engine import models\n"
        "def rss(): return int(re.search(r'RssAnon:\\s+(\\d+)', Path('/proc/self/status').read_text())[1])\n"
        "small, big = map(Path, sys.argv[1:])\n"
        "def say(folder, words):\n"
        "    with models.use(folder) as model: model.translate(words, careful=False)\n"
        "say(small, ['Hola.']); models.unload_idle(0); before = rss()\n"
        "say(big, ['Hola.'] * 40); loaded = rss(); models.unload_idle(0)\n"
        "print(loaded - before, rss() - before)"
    )

    loaded, kept = map(
        int,
        in_a_new_python(code, str(unpacked / "es_en"), str(tmp_path / "big")).split(),
    )

    # On musl and others the allocator may keep more; here it is glibc's.
    assert loaded > 60_000  # kB: it was really there
    assert kept < loaded / 4


def test_an_urgent_call_goes_before_the_next_batch(
    es_en: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BATCH_TOKENS", 16)
    monkeypatch.setattr(engine, "GIVE_WAY_SECONDS", 60)
    started: list[str] = []
    is_urgent, go_on, done = threading.Event(), threading.Event(), threading.Event()
    real = Model._start

    def noted(self: Model, batch: list[list[str]], effort: Any) -> list[Any]:
        name = threading.current_thread().name
        started.append(name)
        if name == "batch" and len(started) == 2:
            go_on.set()
            assert is_urgent.wait(30)
        return real(self, batch, effort)

    def urgently() -> None:
        assert go_on.wait(30)
        with engine.precedence.urgent():
            is_urgent.set()
            es_en.translate(["Me gusta leer libros."] * 40, careful=False)
            done.set()

    monkeypatch.setattr(Model, "_start", noted)
    threads = [
        threading.Thread(
            name="batch",
            target=lambda: es_en.translate(["El río es grande."] * 40, careful=False),
        ),
        threading.Thread(name="urgent", target=urgently),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert done.is_set()
    first, last = started.index("urgent"), len(started) - started[::-1].index("urgent")
    assert first == 2
    assert set(started[first:last]) == {"urgent"}
    assert started.count("batch") > 5


def test_nobody_gives_way_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "GIVE_WAY_SECONDS", 0.01)
    passed = threading.Event()

    def give_way() -> None:
        engine.precedence.give_way()
        passed.set()

    with engine.precedence.urgent():
        in_threads(give_way)

    assert passed.is_set()


def used(models: Models, folder: Path) -> None:
    with models.use(folder):
        pass


def loaded_pairs(models: Models) -> list[str]:
    return sorted(folder.name for folder, _file in models._places)


def linked(folder: Path, to: Path) -> Path:
    """A pack of its own with the same files; `model.bin` has the same inode."""
    for file in folder.rglob("*"):
        if file.is_file():
            there = to / file.relative_to(folder)
            there.parent.mkdir(parents=True, exist_ok=True)
            there.hardlink_to(file)
    return to


def counted_loading(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    loaded: list[str] = []
    real = Model.__init__

    def counted(self: Model, folder: Path, scratch: Path) -> None:
        loaded.append(folder.name)
        real(self, folder, scratch)

    monkeypatch.setattr(Model, "__init__", counted)
    return loaded


def in_threads(*does: Callable[[], None]) -> None:
    threads = [threading.Thread(target=one) for one in does]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_what_is_missing_is_said_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert engine.unavailable() is None

    monkeypatch.setattr(engine, "_PARTS", ("ctranslate2", "no_such_library"))

    assert "no_such_library is not available" in (engine.unavailable() or "")


def test_int8_is_used_where_the_processor_has_it() -> None:
    assert engine._compute_type({"int8", "float32"}) == "int8"
    assert engine._compute_type({"float32"}) == "default"


def test_the_list_of_packs_is_argos_own(tmp_path: Path) -> None:
    assert engine.index_url(tmp_path).endswith("/index.json")


def test_words_are_said_quickly_one_for_one(es_en: Model) -> None:
    texts = ["la casa", "", "el perro", "palabra " * (MAX_TOKENS + 1)]

    said = es_en.say_quickly(texts)

    assert "house" in said[0]
    assert "dog" in said[2]
    assert [said[1], said[3]] == ["", ""]
