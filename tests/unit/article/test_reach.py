"""How to reach a publisher and its contacts, as pages and feeds link it."""

from datetime import date

from syndicator.article.html import contacts_html, publisher_html
from syndicator.article.plaintext import contacts_text, publisher_text
from syndicator.bootstrap import read_networks
from syndicator.model.publisher import Contact, Publisher

ATTACHED = next(iter(read_networks(None))).attach("en", date(2027, 5, 1))
GERMAN = next(iter(read_networks(None))).attach("de", date(2027, 5, 1))
LINK = '<a href="mailto:r%26d%3Fbcc%3Dx@acme.example">r&amp;d?bcc=x@acme.example</a>'
EMAIL = "r&d?bcc=x@acme.example"


def test_a_link_to_an_address_leads_to_it_and_to_nobody_else() -> None:
    assert LINK in contacts_html([Contact(name="Jane Doe", email=EMAIL)], ATTACHED, "en")
    assert LINK in publisher_html(Publisher(name="Acme", email=EMAIL), ATTACHED, "en")


def test_every_way_to_reach_somebody_is_told_under_its_own_label() -> None:
    labels = GERMAN.template.labels  # English says "Fax:" of both
    assert labels.publisher_fax != labels.contact_fax
    fax, email, url = "+49 89 2", "desk@acme.example", "https://acme.example/?a&b"
    publisher = Publisher(name="Acme", phone="+49 89 1", fax=fax, email=email, url=url, responsible="Jane Doe")
    contact = Contact(name="Joe Roe", role="Press", phone="+49 89 1", fax=fax, email=email)
    ways = [f"{labels.phone} +49 89 1", f"{labels.publisher_fax} {fax}", f"{labels.email} {email}"]
    responsible = f"{labels.responsible} Jane Doe"
    assert publisher_text(publisher, GERMAN).splitlines()[2:] == ["Acme", *ways, url, responsible]
    ways[1] = f"{labels.contact_fax} {fax}"
    assert contacts_text([contact], GERMAN).splitlines()[1:] == ["Joe Roe", "Press", *ways]
    page = publisher_html(publisher, GERMAN, "de")
    assert f"{labels.publisher_fax} {fax}<br>" in page
    assert page.endswith(
        f'<br><a href="https://acme.example/?a&amp;b">https://acme.example/?a&amp;b</a><br>{responsible}</p>'
    )
    assert f"{labels.contact_fax} {fax}<br>" in contacts_html([contact], GERMAN, "de")
