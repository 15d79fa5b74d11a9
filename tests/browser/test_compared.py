"""The comparison of two runs in a browser."""

import pytest

from restore_conformance.cli import main
from restore_conformance.mock.faults import seeded
from restore_conformance.mock.server import serving


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    """A run of the mock as it is against a run with a fault: something regressed."""
    folder = tmp_path_factory.mktemp("compared")
    for name, service in (("old", seeded("total-always-one")), ("new", seeded("default-job-typed-bulk"))):
        with serving(service) as address:
            target = ["--target", address, "--token", service.token]
            main(["run", *target, "--profile", "quick", "--report", str(folder / name), "--quiet"])
    page = folder / "compared.html"
    assert main(["compare", str(folder / "old"), str(folder / "new"), "--output", str(page), "--quiet"]) == 1
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_serious_for_accessibility(look, compared, scheme, width, shots):
    """axe-core finds no serious fault, in either scheme, wide or narrow, and the page never scrolls sideways."""
    opened = look(compared, scheme=scheme, width=width)
    opened.page.screenshot(path=shots / f"compared-{scheme}-{width}.png", full_page=True)
    assert opened.serious() == []
    assert opened.sideways() <= 0


def test_what_regressed_and_what_was_mended_is_told_apart(look, compared):
    """Both are read without scripts, each under its own heading."""
    page = look(compared, scripts=False).page
    text = page.inner_text("body").lower()
    assert text.index("regressed") < text.rindex("fixed")
    assert "create/introduction.no-payload-job-type" in text
    assert "create/response.counts-total" in text
