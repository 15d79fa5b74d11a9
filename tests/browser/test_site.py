"""The static site of a history in a browser."""

import sys
from pathlib import Path

import pytest

from restore_conformance.cli import main

sys.path.insert(0, str(Path(__file__).parent.parent / "selftest"))
from nights import simulated

from restore_conformance.history.store import open_store

LABELS = ("nightly-service", "emulator-a")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site of a hundred nights of two targets, with drift beside them."""
    folder = tmp_path_factory.mktemp("site")
    place = str(folder / "nights.sqlite")
    with open_store(place) as store:
        simulated.fill(store, 100, LABELS)
        simulated.drift(store, 100)
    assert main(["site", str(folder / "public"), "--history", place, "--quiet"]) == 0
    return folder / "public"


def pages(site):
    """One page of each kind: the overview, the runs, the clause with most to tell, a run."""
    largest = max((site / "clauses").glob("*.html"), key=lambda page: page.stat().st_size)
    return [site / "index.html", site / "runs.html", largest, next((site / "runs").glob("*.html"))]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_serious_for_accessibility(look, site, scheme, width, shots):
    """axe-core finds no serious fault on any kind of page, and no page scrolls sideways as a whole."""
    for page in pages(site):
        opened = look(page, scheme=scheme, width=width)
        opened.page.screenshot(path=shots / f"site-{page.parent.name}-{page.stem[:20]}-{scheme}-{width}.png")
        assert opened.serious() == [], page.name
        assert opened.sideways() <= 0, page.name


def test_every_link_leads_somewhere(look, site):
    """Links of the overview and of a clause's page lead to files of the site, and to places on them."""
    for page in pages(site):
        opened = look(page, scripts=False)
        links = opened.page.eval_on_selector_all(
            "a[href]", "all => all.map(a => new URL(a.getAttribute('href'), document.baseURI).href)"
        )
        inside = {link for link in links if link.startswith("file:")}
        assert inside
        for link in sorted(inside):
            path, _, fragment = link.removeprefix("file://").partition("#")
            assert Path(path).is_file(), link
            assert not fragment or f'id="{fragment}"' in Path(path).read_text(encoding="utf-8"), link


def test_the_filter_finds_a_clause(look, site):
    """What is typed into the filter leaves only the rows that hold it, and an empty filter shows all again."""
    page = look(site / "index.html").page
    rows = page.locator(".map .clause")
    visible = "all => all.filter(row => row.checkVisibility()).length"
    before = rows.evaluate_all(visible)
    page.get_by_label("Only clauses with").fill("job-type")
    shown = rows.evaluate_all("all => all.filter(row => row.checkVisibility()).map(row => row.textContent + row.id)")
    assert shown
    assert all("job-type" in row for row in shown)
    page.get_by_label("Only clauses with").fill("")
    assert rows.evaluate_all(visible) == before


def test_the_map_is_told_to_those_who_do_not_see_it(look, site):
    """Every picture has a name, and without scripts the same is in a table or in words."""
    page = look(site / "index.html", scripts=False).page
    pictures = page.locator("svg:not([aria-hidden=true])")
    assert pictures.count()
    assert pictures.evaluate_all("all => all.every(s => s.querySelector('title') || s.getAttribute('aria-label'))")
    assert page.locator("table").count()
