"""The only module that imports the template engine: one environment for every page, with escaping on."""

from __future__ import annotations

import functools
import re
from typing import Any

import jinja2
import markupsafe

from restore_conformance.records.safe_text import shortened, visible
from restore_conformance.reports import exchange_view, wording
from restore_conformance.reports.exchange_view import Bounds
from restore_conformance.spelling import counted

_UTC = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?(?:Z|\+00:00)")


@functools.lru_cache(maxsize=1)
def environment() -> jinja2.Environment:
    """The engine: what a server sends is text and never markup, and an unknown name is an error."""
    engine = jinja2.Environment(
        loader=jinja2.PackageLoader("restore_conformance.reports"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    engine.filters["counted"] = counted
    engine.filters["number"] = "{:,}".format
    engine.filters["visible"] = visible
    engine.filters["short"] = _short
    engine.filters["when"] = when
    engine.filters["seconds"] = seconds
    return engine


def rendered(template: str, bounds: Bounds, **more: Any) -> str:
    """A page; what it shows of texts and exchanges stays within the bounds."""
    return (
        environment()
        .get_template(template)
        .render(
            bounds=bounds,
            wording=wording,
            in_a_line=exchange_view.in_a_line,
            request=lambda e, longest, finding=None: exchange_view.request(e, longest, bounds, finding),
            answer=lambda e, longest, finding=None: exchange_view.answer(e, longest, bounds, finding),
            **more,
        )
    )


@functools.cache
def inline(name: str) -> str:
    """A style or a script of the suite, to be put into a page as it is."""
    return markupsafe.Markup(environment().get_template(name).render())  # noqa: S704 - never anything that was sent


@jinja2.pass_context
def _short(context: jinja2.runtime.Context, text: Any) -> str:
    """A text made visible, and cut at what the page's `bounds` allow."""
    return shortened(visible(text), int(context["bounds"].text))


def when(moment: str) -> str:
    """A moment as date and time in UTC."""
    match = _UTC.fullmatch(moment)
    return f"{match[1]} {match[2]} UTC" if match else visible(moment)


def seconds(number: float) -> str:
    """A time in seconds, with the unit that suits it."""
    if number >= 90:
        return f"{number / 60:.1f} min"
    if number >= 1:
        return f"{number:.1f} s"
    return f"{number * 1000:.0f} ms" if number >= 0.01 else f"{number * 1000:.2g} ms"
