"""The pages in a real Chromium, served by the real process."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.e2e.conftest import EXAMPLE, Machine, client, ready, until
from tests.e2e.conftest import make_machine as make_machine  # noqa: PLC0414 (a fixture)

pytestmark = pytest.mark.browser

SMALLEST_TARGET_PX = 24
"""WCAG 2.2, success criterion 2.5.8."""
HEADLINE = "Führende Life Science Cluster von Kawasaki (Japan) und München bündeln ihre Kräfte"


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
        )
        try:
            opened = browser.new_page(viewport={"width": 1000, "height": 900})
            yield opened
        finally:
            browser.close()


@pytest.fixture
def machine(make_machine: Callable[..., Machine]) -> Machine:
    made = make_machine()
    made.start("run")
    until(lambda: ready(made), made, "the service is ready")
    return made


def test_a_reader_finds_the_release_its_feeds_and_its_rights(machine: Machine, page: Page, tmp_path: Path) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    release = client(machine).submit(EXAMPLE.read_bytes(), "key")
    until(lambda: release["guid"] in client(machine).text("/feeds/all.json"), machine, "the feed")
    page.goto(machine.environment["SYNDICATOR_PUBLIC_BASE_URL"] + "/channels/all")
    page.screenshot(path=tmp_path / "channel.png")
    page.get_by_role("link", name=HEADLINE).first.click()
    assert page.url == release["url"]
    assert page.locator("h1").first.inner_text() == HEADLINE
    assert page.locator("html").get_attribute("lang") == "de"
    assert "BioM Biotech Cluster Development GmbH" in page.locator("body").inner_text()
    assert "United News Network GmbH gestattet." in page.locator("body").inner_text()
    feeds = page.locator('link[rel="alternate"]').evaluate_all("links => links.map(link => link.type)")
    assert {"application/rss+xml", "application/atom+xml", "application/feed+json"} <= set(feeds)
    page.screenshot(path=tmp_path / "release.png", full_page=True)
    assert complaints == []


def test_a_withdrawn_release_says_so_and_shows_nothing_of_it(machine: Machine, page: Page) -> None:
    release = client(machine).submit(EXAMPLE.read_bytes(), "key")
    client(machine).post(f"/api/v1/releases/{release['id']}/withdraw", {"note": "Falsch."})
    answer = page.goto(release["url"])
    assert answer is not None
    assert answer.status == 410
    text = page.locator("body").inner_text()
    assert "zurückgezogen" in text
    assert "Kawasaki" not in text


def test_no_column_of_a_table_is_cut_off_on_paper(machine: Machine, page: Page) -> None:
    row = [f"Umsatzerlöse {year} in Tausend" for year in range(2010, 2026)]
    record = {**json.loads(EXAMPLE.read_bytes()), "body": [{"type": "table", "rows": [row]}], "quotes": []}
    release = client(machine).submit(json.dumps(record).encode(), "key")
    page.set_viewport_size({"width": 680, "height": 900})  # of A4 between its margins
    page.goto(release["url"])
    cut = "table => table.scrollWidth > table.clientWidth || document.documentElement.scrollWidth > innerWidth"
    assert page.locator("table").evaluate(cut), "on a screen it is scrolled"
    page.keyboard.press("Tab")
    while page.evaluate("document.activeElement.tagName") not in {"TABLE", "BODY"}:
        page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    until(lambda: page.locator("table").evaluate("table => table.scrollLeft > 0"), machine, "scrolling by keyboard")
    page.emulate_media(media="print")
    assert not page.locator("table").evaluate(cut)


def test_channels_and_feeds_are_large_enough_for_a_finger(machine: Machine, page: Page) -> None:
    release = client(machine).submit(EXAMPLE.read_bytes(), "key")
    until(lambda: release["guid"] in client(machine).text("/feeds/all.json"), machine, "the feed")
    for path in ("/channels", f"/releases/{release['id']}"):
        page.goto(machine.environment["SYNDICATOR_PUBLIC_BASE_URL"] + path)
        links = page.locator("main > ul a, aside a")
        heights = links.evaluate_all("links => links.map(link => link.getBoundingClientRect().height)")
        assert len(heights) > len(["a channel", "its feeds"])
        assert min(heights) >= SMALLEST_TARGET_PX, path
