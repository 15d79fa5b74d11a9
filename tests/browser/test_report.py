"""report.html in a browser: it opens, finds, filters, links and moves by keys, for everybody."""

import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from restore_conformance.cli import main
from restore_conformance.mock.faults import seeded
from restore_conformance.mock.server import serving

BROKEN = "create/response.counts-total"
KEPT = "create/response.timestamps"


def judged(folder, *options):
    """The report of a quick run."""
    main(["run", "--profile", "quick", "--report", str(folder), "--quiet", *options])
    return folder / "report.html"


@pytest.fixture(scope="module")
def conforming(tmp_path_factory):
    """The report of the mock as it is."""
    return judged(tmp_path_factory.mktemp("conforming"), "--target", "mock")


@pytest.fixture(scope="module")
def faulty(tmp_path_factory):
    """The report of a mock that always counts one artifact."""
    service = seeded("total-always-one")
    with serving(service) as address:
        return judged(tmp_path_factory.mktemp("faulty"), "--target", address, "--token", service.token)


@pytest.mark.parametrize("kind", ["conforming", "faulty"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_serious_for_accessibility(look, request, kind, scheme, width, shots):
    """axe-core finds no serious fault, in either scheme, wide or narrow, and the page never scrolls sideways."""
    opened = look(request.getfixturevalue(kind), scheme=scheme, width=width)
    opened.page.screenshot(path=shots / f"report-{kind}-{scheme}-{width}.png")
    assert opened.serious() == []
    assert opened.sideways() <= 0


def test_everything_is_read_without_scripts(look, faulty):
    """Without scripts the finding, the marked difference and every clause are there, and no dead control is."""
    page = look(faulty, scripts=False).page
    assert page.locator(".finding").count() >= 1
    assert page.locator("mark").count() >= 1
    assert page.locator(f'[id="{KEPT}"]').count() == 1
    assert not page.locator("#filter").is_visible()
    assert page.locator(".copy:visible").count() == 0


def test_the_search_leaves_what_was_looked_for(look, faulty):
    """Words in the search leave the clauses that hold all of them; what is left is counted; Esc shows all again."""
    page = look(faulty).page
    rows = page.locator("tr[data-verdict]")
    shown = page.locator("tr[data-verdict]:not([hidden])")
    everything = rows.count()
    assert shown.count() == everything
    page.fill("#search", "timestamps order")
    assert 0 < shown.count() < 10
    assert page.locator("#matched").inner_text() == f"{shown.count()} of {everything} clauses"
    page.keyboard.press("Escape")
    assert shown.count() == everything


def test_the_filter_by_verdict_and_level(look, faulty):
    """The filters leave only rows of that verdict and level, findings too."""
    page = look(faulty).page
    page.select_option("#verdict", "fail")
    verdicts = page.locator("[data-verdict]:not([hidden])").evaluate_all("all => all.map(n => n.dataset.verdict)")
    assert verdicts
    assert set(verdicts) == {"fail"}
    page.select_option("#verdict", "")
    page.select_option("#level", "observe")
    levels = page.locator("tr[data-verdict]:not([hidden])").evaluate_all("all => all.map(n => n.dataset.level)")
    assert levels
    assert set(levels) == {"observe"}


@pytest.mark.parametrize("address", [BROKEN, KEPT])
def test_a_permalink_leads_to_its_clause(look, faulty, address):
    """The address of a clause behind the file's name opens that clause and brings it into view."""
    page = look(faulty, at=f"#{address}").page
    row = page.locator(f'[id="{address}"]')
    assert row.evaluate(
        "node => { const box = node.getBoundingClientRect(); return box.top < innerHeight && box.bottom > 0; }"
    )
    assert row.locator("details").first.evaluate("node => node.open")


def test_keys_move_from_finding_to_finding(look, faulty):
    """`/` leads to the search, `j` and `k` to the next and the previous; every focus can be seen."""
    page = look(faulty).page
    page.keyboard.press("j")
    first = page.locator(".current").get_attribute("id")
    assert first
    page.keyboard.press("j")
    assert page.locator(".current").get_attribute("id") != first
    page.keyboard.press("k")
    assert page.locator(".current").get_attribute("id") == first
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.type("jk")
    assert page.input_value("#search") == "jk"


def test_everything_is_reached_by_the_tab_key(look, faulty):
    """The first stop skips to the findings, and no stop of the first fifty is without a visible outline."""
    page = look(faulty).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#findings"
    for _ in range(50):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            "(() => { const style = getComputedStyle(document.activeElement);"
            " return document.activeElement === document.body || style.outlineStyle !== 'none'; })()"
        )
        assert seen, page.evaluate("document.activeElement.outerHTML").splitlines()[0]


def test_the_curl_line_is_copied(look, faulty):
    """The button beside the command says that it was copied."""
    page = look(faulty).page
    button = page.locator(".copy").first
    button.evaluate(
        "node => { for (let up = node; up; up = up.parentElement) if (up.tagName === 'DETAILS') up.open = true; }"
    )
    button.click()
    page.locator(".copy", has_text="Copied").wait_for(timeout=1400)  # the clipboard answers a moment later


def test_it_prints_whole(look, faulty, shots):
    """On paper the findings are unfolded and the controls are gone."""
    opened = look(faulty)
    opened.page.pdf(path=shots / "report-faulty.pdf")
    opened.page.emulate_media(media="print")
    assert not opened.page.locator("#filter").is_visible()


class Tiny(BaseHTTPRequestHandler):
    """Answers every POST with 201 and everything else with 200, and an empty object."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(201 if self.command == "POST" else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    do_GET = do_POST = do_PATCH = do_DELETE = answer  # noqa: N815 - as http.server looks them up

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """The report of a server that breaks nearly everything."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Tiny)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        address = f"http://127.0.0.1:{server.server_port}/beta"
        return judged(tmp_path_factory.mktemp("tiny"), "--target", address, "--token", "T")
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(("width", "most"), [(1280, 5_000), (390, 8_000)])
def test_a_server_that_breaks_nearly_everything_is_read_in_two_minutes(look, tiny, width, most, shots):
    """Folded, its report is a few screens long: an index, a card a cause, and nothing runs out at the side."""
    opened = look(tiny, width=width)
    opened.page.screenshot(path=shots / f"report-tiny-{width}.png", full_page=True)
    assert opened.page.evaluate("document.documentElement.scrollHeight") < most
    assert opened.sideways() <= 0
    assert opened.serious() == []
    assert opened.page.locator(".index li").count() == opened.page.locator(".cause").count() > 2


def test_a_green_report_is_printed_on_two_pages(look, conforming, tmp_path):
    """What is folded stays folded on paper."""
    made = tmp_path / "report.pdf"
    look(conforming).page.pdf(path=made, format="A4")
    assert len(re.findall(rb"/Type\s*/Page\b", made.read_bytes())) <= 2


def test_a_folded_finding_opens_by_its_link(look, tiny):
    """The address of a finding opens its card and its evidence, where the defect of the request is marked."""
    page = look(tiny, at="#finding-create/errors.duplicate-artifact").page
    finding = page.locator("[id='finding-create/errors.duplicate-artifact']")
    assert finding.evaluate("node => node.open")
    assert finding.locator("mark").count() >= 3


def test_a_search_opens_the_groups_that_hold_a_match(look, conforming):
    """A row that is found is seen, and the groups are as they were once the search is over."""
    page = look(conforming).page
    page.fill("#search", "timestamps order")
    assert page.locator("tr[data-verdict]:visible").count() > 0
    page.keyboard.press("Escape")
    assert page.locator("details.group[open]").count() == 0
