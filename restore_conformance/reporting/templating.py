"""The template engine's only door: one environment for every page, with escaping on."""

from __future__ import annotations

import functools

import jinja2

from restore_conformance.reporting.shown import body, visible


@functools.lru_cache(maxsize=1)
def environment() -> jinja2.Environment:
    """The engine: what a server sends is text and never markup, and a name that is not there is an error."""
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("restore_conformance.reporting"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    made.filters["body"] = body
    made.filters["visible"] = visible
    return made
