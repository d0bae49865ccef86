"""How to reach a publisher and its contacts, as pages and feeds link it."""

from datetime import date

from syndicator.article.html import contacts_html, publisher_html
from syndicator.bootstrap import read_networks
from syndicator.model.publisher import Contact, Publisher

ATTACHED = next(iter(read_networks(None))).attach("en", date(2027, 5, 1))
LINK = '<a href="mailto:r%26d%3Fbcc%3Dx@acme.example">r&amp;d?bcc=x@acme.example</a>'
EMAIL = "r&d?bcc=x@acme.example"


def test_a_link_to_an_address_leads_to_it_and_to_nobody_else() -> None:
    assert LINK in contacts_html([Contact(name="Jane Doe", email=EMAIL)], ATTACHED, "en")
    assert LINK in publisher_html(Publisher(name="Acme", email=EMAIL), ATTACHED, "en")
