"""Column types of the records: what STRICT tables accept, and UTC times as sortable text."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from sqlalchemy import Dialect, Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import REAL, TypeDecorator
from sqlmodel import Field
from sqlmodel.sql.sqltypes import AutoString

from r2p_tui.domain.times import parse_utc, utc_text

to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@compiles(AutoString, "sqlite")
def _text(_element: AutoString, _compiler: Any, **_: Any) -> str:
    return "TEXT"


class UtcTime(TypeDecorator[datetime]):
    """A time with a zone, kept as UTC text; a naive time raises ValueError."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        return None if value is None else utc_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        return None if value is None else parse_utc(value)


class IsoDate(TypeDecorator[date]):
    """A calendar day, kept as `YYYY-MM-DD`."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:
        return None if value is None else value.isoformat()

    def process_result_value(self, value: str | None, dialect: Dialect) -> date | None:
        return None if value is None else date.fromisoformat(value)


class JsonText(TypeDecorator[Any]):
    """A list or mapping, kept as JSON text that other tools can read."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else to_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


def time_field(**options: Any) -> Any:
    """A `UtcTime` column."""
    return Field(sa_type=UtcTime, **options)


def day_field(**options: Any) -> Any:
    """An `IsoDate` column."""
    return Field(sa_type=IsoDate, **options)


def json_field(**options: Any) -> Any:
    """A `JsonText` column."""
    return Field(sa_type=JsonText, **options)


def real_field(**options: Any) -> Any:
    """A floating-point column; STRICT tables know it as REAL."""
    return Field(sa_type=REAL, **options)


def paper_key(**options: Any) -> Any:
    """A foreign key to the paper that a row belongs to; the row goes when the paper goes."""
    return Field(foreign_key="papers.id", ondelete="CASCADE", **options)
