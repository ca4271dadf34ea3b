"""Languages: which one a page speaks, and how each is called by its own speakers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from flask import Flask, current_app, g, has_request_context, request, session
from flask_babel import Babel, force_locale, get_locale, get_translations
from flask_login import current_user
from markupsafe import Markup

# Own names, as speakers write them; right-to-left ones beside them.
OWN_NAMES = {
    "en": "English", "es": "Español", "fr": "Français", "pt": "Português",
    "ar": "العربية", "sw": "Kiswahili", "de": "Deutsch", "it": "Italiano",
    "hi": "हिन्दी", "ru": "Русский", "zh": "中文", "ja": "日本語", "tr": "Türkçe",
    "fa": "فارسی", "ur": "اردو", "uk": "Українська", "bn": "বাংলা",
    "th": "ไทย", "ko": "한국어", "vi": "Tiếng Việt", "id": "Bahasa Indonesia",
}  # fmt: skip
# By language and message: as many as the templates have, and no more.
_said: dict[str, dict[str, Markup]] = {}
RIGHT_TO_LEFT = frozenset({"ar", "fa", "ur", "he"})


def register(app: Flask) -> None:
    Babel(app, locale_selector=select_lang, timezone_selector=select_zone)
    app.jinja_env.globals.update(
        page_lang=page_lang,
        direction=direction,
        own_name=own_name,
        lang_name=lang_name,
        own_names=OWN_NAMES,
        _=say,
        interface_langs=app.config["LANGUAGES"],
    )

    @app.before_request
    def remember_lang() -> None:
        """Before sign-in the choice rides in the signed cookie of this browser."""
        if request.endpoint in ("static", "ping"):
            return
        wanted = request.args.get("lang")
        if wanted in app.config["LANGUAGES"] and not current_user.is_authenticated:
            session["lang"] = wanted


def select_lang() -> str:
    """A signed-in person's own language; before that the class's, or the browser's."""
    if not has_request_context():
        return "en"  # commands and jobs speak with who runs the machine
    known = current_app.config["LANGUAGES"]
    if current_user.is_authenticated:
        lang = str(current_user.person.lang)
        return lang if lang in known else "en"
    # What she chose, else what the class speaks whose sign-in page she opened.
    for chosen in (session.get("lang"), session.get("class_lang")):
        if chosen in known:
            return str(chosen)
    return request.accept_languages.best_match(known) or "en"


def select_zone() -> str | None:
    """The reader's time zone, as the room that knows schools tells; None is UTC."""
    tells: Callable[[], str | None] | None
    tells = current_app.extensions.get("zone_of_reader")
    return tells() if tells else None


def page_lang() -> str:
    locale = get_locale()
    return locale.language if locale else "en"


def direction(lang: str) -> str:
    return "rtl" if lang in RIGHT_TO_LEFT else "ltr"


def own_name(lang: str) -> str:
    return OWN_NAMES.get(lang, lang)


def lang_name(lang: str) -> str:
    """Call a language as the reader of this page calls it: Spanish, espagnol."""
    return _lang_name(lang, get_locale())


@lru_cache(maxsize=1000)
def _lang_name(lang: str, reader: Locale | None) -> str:
    try:
        return Locale.parse(lang).get_language_name(reader) or own_name(lang)
    except (UnknownLocaleError, ValueError):
        return own_name(lang)


def say(words: str, **values: object) -> Markup:
    """Say it in the page's language, for templates; the tenth of gettext's cost.

    The catalogue is looked up once for each page, not for each of its hundred words.
    """
    known: dict[str, Markup] = g.get("sayings") or _sayings()
    said = known.get(words)
    if said is None:
        said = known[words] = Markup(get_translations().ugettext(words))  # noqa: S704  # our own
    return said % values if values or "%" in said else said


def _sayings() -> dict[str, Markup]:
    """All that templates have said so far in the language of this request."""
    known = _said.setdefault(page_lang(), {})
    g.sayings = known
    return known


@contextmanager
def speaking(lang: str) -> Iterator[None]:
    """Make a part of a page in its readers' language, such as cards for a class.

    A language that pages do not speak leaves the page's own.
    """
    if lang not in current_app.config["LANGUAGES"]:
        lang = page_lang()
    g.pop("sayings", None)
    try:
        with force_locale(lang):
            yield
    finally:
        g.pop("sayings", None)


def chosen_lang() -> str:
    """Read the language field of a form; what we do not know becomes the page's."""
    lang = request.form.get("lang", "")
    return lang if lang in OWN_NAMES else page_lang()
