"""What people read in a browser: start page, channels, releases, terms. Plain HTML, one stylesheet, no scripts."""

from html import escape
from typing import Final
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from syndicator.bootstrap import Syndicator
from syndicator.errors import MediaError, NotFound, SyndicatorError
from syndicator.log import logger
from syndicator.model.lifecycle import ReleaseState
from syndicator.model.network import Network
from syndicator.services.views import channels as views
from syndicator.services.views.lines import Lines
from syndicator.web import markup
from syndicator.web.answers import Composed
from syndicator.web.problems import headers_of

_VARIES: Final = "…"
_CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self' https:; media-src 'self' https:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_FIRST_CHANNEL = "all"
_ADVERTISED = 3
"""A release's first channels: all, its publisher's, its language's."""

_log = logger("web")


class Pages:
    """The routes over one service."""

    def __init__(self, service: Syndicator) -> None:
        self._setup = service.setup
        self._max_age_s = service.settings.feed_max_age_s
        self._lines = Lines()
        base = self._setup.addresses.base
        self._site = markup.Site(self._setup.network(None).title, f"{base}/terms", urlsplit(base).path)

    @property
    def routes(self) -> list[Route]:
        return [
            Route("/", self.home),
            Route("/channels", self.directory),
            Route("/channels/{name}", self.channel),
            Route("/releases/{release_id}", self.release),
            Route("/terms", self.terms),
            Route("/opml", self.opml),
            Route("/feeds.opml", self.opml),
        ]

    def home(self, _request: Request) -> Response:
        """The newest releases of all."""
        shown = views.channel_page(self._setup, self._lines, _FIRST_CHANNEL)
        return self._page(
            markup.page(
                self._site,
                self._site.title,
                markup.channel_main(self._site, shown, self._site.title),
                canonical=f"{self._setup.addresses.base}/",
                feeds=[shown.channel],
            )
        )

    def directory(self, _request: Request) -> Response:
        """All channels; a reader that is given this address finds the first one's feeds."""
        channels = views.channel_list(self._setup)
        return self._page(
            markup.page(
                self._site,
                f"Channels: {self._site.title}",
                markup.directory_main(self._site, channels),
                canonical=f"{self._setup.addresses.base}/channels",
                feeds=channels[:1],
            )
        )

    def channel(self, request: Request) -> Response:
        shown = views.channel_page(self._setup, self._lines, request.path_params["name"])
        channel = shown.channel
        return self._page(
            markup.page(
                self._site,
                f"{channel.title}: {self._site.title}",
                markup.channel_main(self._site, shown, channel.title),
                canonical=channel.url,
                feeds=[channel],
            )
        )

    def release(self, request: Request) -> Response:
        """The release; 410 with what may be said of it once it is withdrawn."""
        shown = views.release_page(self._setup, request.path_params["release_id"])
        release = shown.release
        document = markup.page(
            self._site,
            shown.article.title,
            markup.release_main(self._site, shown),
            language=release.record.language,
            canonical=self._setup.addresses.release(release.id),
            description=shown.article.summary,
            feeds=shown.channels[:_ADVERTISED],
            indexed=not shown.article.is_stub,
        )
        return self._page(document, 410 if release.state is ReleaseState.WITHDRAWN else 200)

    def terms(self, _request: Request) -> Response:
        """The wordings of every network, and what is reserved for machines."""
        parts = "".join(
            f"<h2>{escape(network.title)}: {escape(network.operator)}</h2>\n"
            + "".join(
                f'<section lang="{escape(texts.language)}"><h3>{escape(texts.language)} {escape(texts.version)}</h3>'
                f"<p>{escape(_filled(texts.disclaimer, network))}</p><p>{escape(_filled(texts.terms, network))}</p>"
                "</section>\n"
                for texts in network.texts
            )
            for network in self._setup.networks.values()
        )
        main = (
            "<h1>Terms and rights</h1>\n<p>Text and data mining is reserved (Directive (EU) 2019/790, Article 4): "
            "ask the operator for permission.</p>\n"
            f"<p>{_VARIES} stands for what differs from release to release.</p>\n{parts}"
        )
        return self._page(markup.page(self._site, f"Terms: {self._site.title}", main))

    def opml(self, _request: Request) -> Response:
        """All channels as a subscription list."""
        return Composed(views.opml(self._setup), headers=self._headers(), media_type="text/x-opml; charset=utf-8")

    def _page(self, document: str, status: int = 200) -> Response:
        return Composed(document, status, self._headers(), "text/html")

    def _headers(self) -> dict[str, str]:
        return {**page_headers(self._site), "Cache-Control": f"public, max-age={self._max_age_s}"}

    def failed(self, _request: Request, error: Exception) -> Response:
        """A small page that says what is wrong, without a word about what is held."""
        status, title = 500, "Something went wrong"
        if isinstance(error, NotFound):
            status, title = 404, "There is nothing here"
        elif isinstance(error, HTTPException):
            status, title = error.status_code, error.detail
        elif isinstance(error, SyndicatorError):
            status, title = error.status, error.title
        if isinstance(error, MediaError):  # of one file; that the database is away is told elsewhere, once
            _log.error("a file cannot be served", reason=str(error))
        document = markup.page(self._site, title, f"<h1>{escape(title)}</h1>", indexed=False)
        further = headers_of(error) if isinstance(error, SyndicatorError) else getattr(error, "headers", None) or {}
        headers = {**page_headers(self._site), "Cache-Control": "no-store", **further}
        return HTMLResponse(document, status, headers=headers)


def _filled(wording: str, network: Network) -> str:
    """The wording with what does not depend on a release, and a sign of no language for the rest."""
    return wording.format(operator=network.operator, url=network.url, publisher=_VARIES, year=_VARIES)


def page_headers(site: markup.Site) -> dict[str, str]:
    return {
        "Content-Security-Policy": _CSP,
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "tdm-reservation": "1",
        "tdm-policy": site.policy_url,
    }


def install(app: Starlette, pages: Pages) -> None:
    """Errors below these pages are pages, too."""
    for kind in (SyndicatorError, HTTPException, Exception):
        app.add_exception_handler(kind, pages.failed)
