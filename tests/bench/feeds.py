"""What publishing one release costs, beside a feed built anew by feedgen alone and by Django's generator."""

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from feedgen.feed import FeedGenerator

from config.settings import Settings
from feeds.documents import SEPARATOR, spans
from feeds.fragments import fragment
from feeds.heads import FOOT, render_head
from feeds.model import FORMATS, Entry, Format, Head, Person
from feeds.packed import Piece, constant, gzipped, piece
from syndicator.bootstrap import Syndicator
from syndicator.model.channel import NewChannel, automatic_channels
from syndicator.model.filter import EVERYTHING
from syndicator.services.regenerate import dirty_channels
from tests.bench.figures import ROUNDS, Figure, cpu_ms
from tests.bench.releases import Newsdesk

CHANNELS = 300
WINDOW = 50
RUN = 12  # entries that the service compresses together
START = datetime(2027, 1, 23, tzinfo=UTC)
PARAGRAPH = "<p>" + "Ein Satz einer Pressemitteilung, wie er vorkommt. " * 20 + "</p>"


def entry(number: int) -> Entry:
    when = START + timedelta(minutes=number)
    return Entry(
        id=f"urn:newsml:example.org:20270123:{number}",
        title=f"Release number {number}",
        url=f"https://example.org/releases/{number}",
        published=when,
        updated=when,
        language="de",
        summary="In short.",
        content_html=PARAGRAPH * 5,
        authors=(Person(name="A company"),),
    )


def head(channel: int, form: Format) -> Head:
    return Head(
        id=f"https://example.org/channels/{channel}",
        title=f"Channel {channel}",
        description="Releases",
        home_url=f"https://example.org/channels/{channel}",
        self_url=f"https://example.org/feeds/{channel}.{form}",
        language="de",
        updated=START,
    )


def opening(channel: int, form: Format, newest: list[bytes]) -> bytes:
    """What is made anew of a document, as the service joins it: its head and its newest run of entries."""
    return render_head(head(channel, form), form) + SEPARATOR[form].join(newest)


def pieces(stored: list[bytes], form: Format) -> list[Piece]:
    """What a document has from before: its runs of entries, compressed, and its end."""
    gap = SEPARATOR[form]
    runs = (stored[at : at + RUN] for at in range(0, len(stored), RUN))
    return [*(piece(gap + gap.join(run)) for run in runs), constant(FOOT[form])]


def plain_feedgen(entries: list[Entry]) -> bytes:
    feed = FeedGenerator()
    feed.id("https://example.org/")
    feed.title("All")
    feed.link(href="https://example.org/", rel="alternate")
    feed.description("All")
    for each in entries:
        added = feed.add_entry(order="append")
        added.id(each.id)
        added.title(each.title)
        added.link(href=each.url)
        added.published(each.published)
        added.updated(each.updated)
        added.content(each.content_html, type="html")
    return bytes(feed.atom_str())


def django_feed(entries: list[Entry]) -> str:
    from django.utils.feedgenerator import Atom1Feed

    feed = Atom1Feed("All", "https://example.org/", "All")
    for each in entries:
        feed.add_item(each.title, each.url, each.content_html, unique_id=each.id, pubdate=each.published)
    return str(feed.writeString("utf-8"))


def measure() -> Iterator[Figure]:
    many = [entry(number) for number in range(1000)]
    stored = [fragment(each, "atom") for each in many]
    newest = entry(1000)
    older = pieces(stored[RUN - 1 :], "atom")

    def publish_into_large_feed() -> None:
        gzipped([piece(opening(0, "atom", [fragment(newest, "atom"), *stored[: RUN - 1]])), *older])

    ours = cpu_ms(publish_into_large_feed)
    for name, rebuild in (
        ("feedgen", lambda: plain_feedgen([newest, *many])),
        ("Django", lambda: django_feed([newest, *many])),
    ):
        theirs = cpu_ms(rebuild)
        yield Figure(
            f"one release into a feed of 1,000 entries, compressed, beside {name} rebuilding it",
            f"{ours:.2f} ms CPU",
            f"{theirs:.1f} ms CPU",
            theirs / ours,
        )
    windows = {form: [fragment(each, form) for each in many[: WINDOW - 1]] for form in FORMATS}
    kept = {form: pieces(windows[form], form) for form in FORMATS}

    def publish_into_channels() -> None:
        for form in FORMATS:
            new, window = fragment(newest, form), windows[form]
            for channel in range(CHANNELS):
                start = opening(channel, form, [new, *window[: RUN - 1]])
                spans(len(start), [new, *window], form)
                gzipped(kept[form])

    spent = cpu_ms(publish_into_channels)
    yield Figure(
        f"one release into {CHANNELS} channels × 3 formats × {WINDOW} entries, composed and joined",
        f"{spent:.1f} ms CPU",
        "50 ms",
        spent / 50,
        bar=1,
        at_least=False,
    )
    yield Figure(
        f"the same in the service: read, joined, compressed, hashed and stored ({CHANNELS * len(FORMATS)} documents)",
        f"{served_ms():.0f} ms CPU",
        "",
    )


def served_ms() -> float:
    """CPU of this process for bringing all channels of a service up to date with one more release."""
    desk = Newsdesk()
    with tempfile.TemporaryDirectory() as folder:
        service = Syndicator(Settings(data_dir=Path(folder)))
        service.migrate()
        for number in range(CHANNELS - len(automatic_channels(desk.record(0)))):
            new = NewChannel(name=f"saved{number}", title="Saved", filter=EVERYTHING)
            service.add_channel(new, owner="bench")
        times = []
        for number in range(WINDOW - 1 + ROUNDS):
            service.submit(desk.record(number), owner="bench", key=str(number))
            service.fan_out("bench")
            if number >= WINDOW - 2:  # the one before the first that counts fills what stays in memory
                times.append(cpu_ms(lambda: service.regenerate(dirty_channels(service.setup), "bench"), rounds=1))
        service.close()
    return median(times[1:])
