"""What is read out of JSON and of callbacks, whatever shape they turn out to have."""

from __future__ import annotations

import math


def object_of(data) -> dict:
    """:return: a JSON object; an empty one where it is something else"""
    return data if isinstance(data, dict) else {}


def objects_of(data) -> list[dict]:
    """:return: the JSON objects of a list; none where it is something else"""
    items = data if isinstance(data, list) else []
    return [item for item in items if isinstance(item, dict)]


def text_of(values, *names: str) -> str:
    """The first of these fields that says something, whole numbers as text."""
    for name in names:
        value = values.get(name)
        if isinstance(value, str) and value:
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
    return ""


def number_of(value) -> float | None:
    """:return: a figure, also one in a text; None where there is no finite one"""
    if isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
