"""The part of Flask-Babel 4.0 that we use; it publishes no types itself."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal

from babel import Locale
from babel.support import LazyProxy, NullTranslations
from flask import Flask

class Babel:
    def __init__(
        self,
        app: Flask | None = None,
        *,
        default_locale: str = "en",
        default_domain: str = "messages",
        default_translation_directories: str = "translations",
        default_timezone: str = "UTC",
        locale_selector: Callable[[], str | Locale | None] | None = None,
        timezone_selector: Callable[[], str | None] | None = None,
        configure_jinja: bool = True,
    ) -> None: ...
    def init_app(
        self,
        app: Flask,
        *,
        default_locale: str = "en",
        default_domain: str = "messages",
        default_translation_directories: str = "translations",
        default_timezone: str = "UTC",
        locale_selector: Callable[[], str | Locale | None] | None = None,
        timezone_selector: Callable[[], str | None] | None = None,
    ) -> None: ...
    def list_translations(self) -> list[Locale]: ...

class Domain:
    def get_translations(self) -> NullTranslations: ...

def get_locale() -> Locale | None: ...
def get_timezone() -> tzinfo | None: ...
def get_translations() -> NullTranslations: ...
def force_locale(locale: str | Locale) -> AbstractContextManager[None]: ...
def refresh() -> None: ...
def gettext(string: str, **variables: object) -> str: ...
def ngettext(singular: str, plural: str, num: int, **variables: object) -> str: ...
def pgettext(context: str, string: str, **variables: object) -> str: ...
def lazy_gettext(string: str, **variables: object) -> LazyProxy: ...
def format_date(
    date: date | datetime | None = None,
    format: str | None = None,
    rebase: bool = True,
) -> str: ...
def format_datetime(
    datetime: datetime | None = None,
    format: str | None = None,
    rebase: bool = True,
) -> str: ...
def format_time(
    time: time | datetime | None = None,
    format: str | None = None,
    rebase: bool = True,
) -> str: ...
def format_timedelta(
    datetime_or_timedelta: datetime | timedelta,
    granularity: str = "second",
    add_direction: bool = False,
    threshold: float = 0.85,
) -> str: ...
def format_number(number: float | Decimal) -> str: ...
def format_decimal(number: float | Decimal, format: str | None = None) -> str: ...
def format_percent(number: float | Decimal, format: str | None = None) -> str: ...
def to_utc(datetime: datetime) -> datetime: ...
