"""The part of pytz that we use: which countries and zones there are."""

from collections.abc import Mapping

country_names: Mapping[str, str]
country_timezones: Mapping[str, list[str]]
