"""Expressions for updates that never assume the type of what is stored: what is of another type counts as not there.

An update with `$inc` or `$push` is refused where the field holds a string or null, for ever; with these it begins anew.
"""

from __future__ import annotations

from typing import Any, Final

from store.client import Raw

WHOLE: Final = 2**53
"""Where whole numbers end that every program counts alike."""


def whole_or(field: str, otherwise: Any) -> Raw:
    """Return the whole number from 0 on that a field holds, else `otherwise`."""
    fits = [{"$isNumber": field}, {"$gte": [field, 0]}, {"$lt": [field, WHOLE]}]
    return {"$cond": [{"$and": fits}, {"$toLong": field}, otherwise]}


def number_or(field: str, otherwise: Any, *, within: float) -> Raw:
    """Return the number that a field holds, no further from zero than `within`, else `otherwise`."""
    fits = [{"$isNumber": field}, {"$gte": [field, -within]}, {"$lte": [field, within]}]
    return {"$cond": [{"$and": fits}, {"$toDouble": field}, otherwise]}


def list_of(field: str) -> Raw:
    """Return the list that a field holds, else an empty one."""
    return {"$cond": [{"$isArray": field}, field, []]}


def date_or(field: str, otherwise: Any) -> Raw:
    """Return the date that a field holds, else `otherwise`."""
    return {"$cond": [{"$eq": [{"$type": field}, "date"]}, field, otherwise]}


def pushed(field: str, items: list[Any], *, keep: int = 0) -> Raw:
    """Return the list that a field holds with more items at its end; of all of them the last `keep`, if given."""
    whole: Raw = {"$concatArrays": [list_of(field), {"$literal": items}]}
    return {"$slice": [whole, -keep]} if keep else whole
