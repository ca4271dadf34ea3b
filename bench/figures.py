"""The names that each bench prints, with their units, and how a line looks."""

import sys
from collections.abc import Callable, Iterable

NO_UNIT = ""

PAGES = {
    "first_visit": "bytes",
    "first_visit_requests": NO_UNIT,
    "next_thread": "bytes",
    "next_thread_text": "bytes",
    "thread_cpu_ms": "ms",
    "hello_cpu_ms": "ms",
    "thread_share": "ratio",
    "thread_queries": NO_UNIT,
    "web_idle_mb": "MB",
    "web_loaded_mb": "MB",
    "worker_mb": "MB",
    "start_seconds": "s",
    "release_to_readable": "s",
}

PEOPLE = {
    "signins_35_seconds": "s",
    "signins_peak_mb": "MB",
    "signin_bytes": "bytes",
    "cards_30_bytes": "bytes",
    "classroom_bytes": "bytes",
}

LINK = {
    "ten_minutes_bytes": "bytes",
    "ten_minutes_seconds": "s",
    "send_up": "bytes",
    "send_down": "bytes",
    "send_seconds": "s",
    "thread_cold_seconds": "s",
    "my_post": "bytes",
    "my_post_nothing_new": "bytes",
    "only_new_one": "bytes",
    "worst_page_bytes": "bytes",
    "my_post_p95_10": "ms",
    "my_post_p95_100k": "ms",
}

TRANSLATE = {
    "argos_rate": "characters/CPU-s",
    "ours_rate": "characters/CPU-s",
    "speedup": "ratio",
    "speedup_big": "ratio",
    "chrf_es_en": "points",
    "chrf_en_es": "points",
    "argos_chrf_es_en": "points",
    "argos_chrf_en_es": "points",
    "readable_p50": "s",
    "readable_p95": "s",
    "readable_p50_60": "s",
    "readable_p95_60": "s",
    "worker_mb_1": "MB",
    "worker_mb_2": "MB",
    "worker_mb_6": "MB",
    "memory_share": "ratio",
}

SEARCH = {
    "rebuild_cpu": "s",
    "rebuild_wall": "s",
    "rebuild_peak_mb": "MB",
    "index_bytes_per_post": "bytes",
    "rare_p50": "ms",
    "rare_p95": "ms",
    "ordinary_p50": "ms",
    "ordinary_p95": "ms",
    "common_p50": "ms",
    "common_p95": "ms",
    "two_p50": "ms",
    "two_p95": "ms",
    "and_p50": "ms",
    "and_p95": "ms",
    "phrase_p50": "ms",
    "phrase_p95": "ms",
    "prefix_p50": "ms",
    "prefix_p95": "ms",
    "date_p50": "ms",
    "date_p95": "ms",
    "who_p50": "ms",
    "who_p95": "ms",
    "wrong_p50": "ms",
    "wrong_p95": "ms",
    "fts_rebuild_cpu": "s",
    "fts_peak_mb": "MB",
    "fts_bytes_per_post": "bytes",
    "fts_rare_p95": "ms",
    "fts_ordinary_p95": "ms",
    "fts_common_p95": "ms",
    "fts_two_p95": "ms",
    "fts_and_p95": "ms",
    "fts_phrase_p95": "ms",
    "fts_prefix_p95": "ms",
    "web_mb": "MB",
    "found_after": "s",
    "recall_across": "ratio",
    "recall_by_hand": "ratio",
    "recall_es": "ratio",
    "recall_en": "ratio",
    "recall_fr": "ratio",
    "recall_ar": "ratio",
    "precision": "ratio",
    "precision_page": "ratio",
}

Values = dict[str, float | int]


class NotMeasured(Exception):  # noqa: N818  # an answer of its own
    """Why a figure could not be measured here."""


def report(
    units: dict[str, str], names: Iterable[str], measured: Callable[[], Values]
) -> None:
    """Measure and print a line for each name; a reason where it could not be done."""
    try:
        values = measured()
    except NotMeasured as reason:
        for name in names:
            print(f"{name} - {reason}", flush=True)
        return
    for name in names:
        value = values[name]
        figure = (
            f"{value:.3g}"
            if isinstance(value, float) and value < 100
            else f"{value:.0f}"
        )
        print(f"{name} {figure} {units[name]}".rstrip(), flush=True)


def tell(words: str) -> None:
    """Say how far the bench is, beside the figures."""
    print(words, file=sys.stderr, flush=True)
