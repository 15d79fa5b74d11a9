"""Reports in a real headless Chromium: `make browser`. A page that asks the network or writes to the console fails."""

import os
import re
import shutil
import tempfile
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip
PATIENCE = 20_000
"""Milliseconds that one act in the browser may take."""


def chromium():
    """The browser of this machine, or None. CHROMIUM names one elsewhere."""
    named = os.environ.get("CHROMIUM")
    return named or next((found for name in NAMES if (found := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser():
    """One browser for all tests."""
    found = chromium()
    if found is None:
        pytest.fail(f"No Chromium was found (looked for {', '.join(NAMES)}); install it or set CHROMIUM.")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, headless=True, args=QUIET, timeout=60_000)
        yield opened
        opened.close()


class Opened:
    """A page of ours in the browser, with what it complained of and what it asked for."""

    def __init__(self, page):
        self.page = page
        self.complaints = []
        self.asked = []
        page.set_default_timeout(PATIENCE)
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("dialog", lambda dialog: (self.complaints.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.route(re.compile(r"^(?!file:|data:|about:|blob:).*"), self._refuse)

    def _note(self, said):
        if said.type in {"error", "warning"}:
            self.complaints.append(f"{said.type}: {said.text}")

    def _refuse(self, route):
        self.asked.append(route.request.url)
        route.abort()

    def serious(self):
        """What axe-core finds serious or critical, a line each."""
        found = Axe().run(self.page, options={"resultTypes": ["violations"], "preload": False}).response["violations"]
        return [
            f"{one['id']}: {one['help']}: {[node['target'] for node in one['nodes'][:3]]}"
            for one in found
            if one["impact"] in {"serious", "critical"}
        ]

    def sideways(self):
        """How many pixels the page is wider than the window."""
        return self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.fixture
def look(browser):
    """Opens a file: `look(path, width=…, scheme="dark", scripts=False, at="#id")`. Complaints fail the test."""
    contexts, pages = [], []

    def opened(path, *, width=1280, height=900, scheme="light", scripts=True, at=""):
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, java_script_enabled=scripts,
            permissions=[],
        )  # fmt: skip
        contexts.append(context)
        made = Opened(context.new_page())
        pages.append(made)
        made.page.goto(Path(path).resolve().as_uri() + at, wait_until="load")
        return made

    yield opened
    for context in contexts:
        context.close()
    for made in pages:
        assert made.complaints == []
        assert made.asked == []


@pytest.fixture(scope="session")
def shots():
    """Where screenshots go: SCREENSHOTS, or a folder of this run's own."""
    folder = Path(os.environ.get("SCREENSHOTS") or tempfile.mkdtemp(prefix="screenshots-"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
