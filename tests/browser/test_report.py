"""report.html in a browser."""

import pytest

from restore_conformance.cli import main


@pytest.fixture(scope="module")
def conforming(tmp_path_factory):
    """The report of the mock as it is."""
    folder = tmp_path_factory.mktemp("conforming")
    assert main(["run", "--target", "mock", "--profile", "quick", "--report", str(folder), "--quiet"]) == 0
    return folder / "report.html"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_serious_for_accessibility(look, conforming, scheme, width, shots):
    """axe-core finds no serious fault, in either scheme, wide or narrow, and nothing scrolls sideways."""
    opened = look(conforming, scheme=scheme, width=width)
    opened.page.screenshot(path=shots / f"report-{scheme}-{width}.png")
    assert opened.serious() == []
    assert opened.sideways() <= 0
