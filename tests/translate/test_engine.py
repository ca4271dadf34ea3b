"""Models in memory: loaded late, shared, unloaded; nothing of them in the web process."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from app.translate import engine
from app.translate.engine import MAX_TOKENS, Model, Models
from tests.translate.conftest import ROOT

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
        "from app.translate import engine, packs\n"
        "with app.app_context(): packs.installed(), packs.damaged(), engine.available()\n"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )

    assert in_a_new_python(code, str(instance)) == "[]"


def test_no_model_loads_what_fills_the_disk(unpacked: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from app.translate.engine import Model\n"
        "folder = Path(sys.argv[1])\n"
        "Model(folder / 'es_en', folder).translate(['Hola.'], careful=False)\n"
        "print([n for n in ('torch', 'stanza', 'spacy', 'minisbd') if n in sys.modules])"
    )

    assert in_a_new_python(code, str(unpacked)) == "[]"


def test_argos_obeys_no_settings_of_whoever_runs_it(
    unpacked: Path, tmp_path: Path
) -> None:
    code = (
        "import os, sys; from pathlib import Path; from app.translate.engine import Model\n"
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


def test_eight_threads_load_one_model(unpacked: Path) -> None:
    models = Models()
    got: list[Model] = []
    threads = [
        threading.Thread(target=lambda: got.append(models.get(unpacked / "es_en")))
        for _n in range(8)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(got) == 8
    assert len({id(model) for model in got}) == 1


def test_an_idle_model_is_unloaded_and_a_used_one_kept(unpacked: Path) -> None:
    models = Models()
    models.get(unpacked / "es_en").used_at = time.monotonic() - 1000
    models.get(unpacked / "en_es")

    models.unload_idle()

    assert len(models) == 1
    assert models.get(unpacked / "es_en").translate(["Sí."], careful=False)[0]


def test_only_the_models_used_last_are_kept(
    unpacked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "MOST_LOADED", 1)
    models = Models()

    first = models.get(unpacked / "es_en")
    models.get(unpacked / "en_es")

    assert len(models) == 1
    assert models.get(unpacked / "es_en") is not first


def test_what_is_missing_is_said_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert engine.available() is None

    monkeypatch.setattr(engine, "_PARTS", ("ctranslate2", "no_such_library"))

    assert "no_such_library is not available" in (engine.available() or "")


def test_int8_is_used_where_the_processor_has_it() -> None:
    assert engine._compute_type({"int8", "float32"}) == "int8"
    assert engine._compute_type({"float32"}) == "default"


def test_the_list_of_packs_is_argos_own(tmp_path: Path) -> None:
    assert engine.index_url(tmp_path).endswith("/index.json")
