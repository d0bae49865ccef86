"""URLs as attackers and as newsrooms write them, all of them asked of a guard for whom every name is public."""

import idna
import pytest

from syndicator.delivery.guard import Guard, Pending, Refusal, Vetted
from syndicator.delivery.resolver import Resolver
from syndicator.delivery.url import MAX_URL_CHARACTERS, UrlRefused, parse_endpoint_url

PUBLIC = "93.184.215.14"

AUTHORITIES = [
    # user information, and what some readers take for its end
    "user@8.8.8.8", "user:secret@8.8.8.8", "@8.8.8.8", ":@8.8.8.8", "8.8.8.8:80@127.0.0.1", "8.8.8.8&@127.0.0.1",
    "8.8.8.8;@127.0.0.1", "8.8.8.8%40127.0.0.1", "8.8.8.8%2f@127.0.0.1", "127.0.0.1@@8.8.8.8", "8.8.8.8\\@127.0.0.1",
    "8.8.8.8\\.example.org", "8.8.8.8\uff0f@127.0.0.1", "8.8.8.8\u2215.example.org", "8.8.8.8\uff20127.0.0.1",
    # IPv4 in the notations of inet_aton, and almost IPv4
    "127.1", "127.0.1", "8.8.8", "1", "0", "134744072", "2130706433", "0x7f.0.0.1", "0x7f000001", "0X7F.1",
    "0177.0.0.1", "017700000001", "08.8.8.8", "8.8.8.08", "8.8.8.0x8", "8.8.8.256", "8.8.8.8.8", "8.8.8.8.", "8.8.8.",
    "8..8.8.8", ".8.8.8.8", "+8.8.8.8", "8.8.8.-8", "8.8.8.8_", "a.123", "123.456", "a.0x1f", "a.0x", "4294967296",
    "%38.8.8.8", "8%2e8.8.8", "\uff18.8.8.8", "\u2467.8.8.8", "8\u30028\u30028\u30028", "8\uff0e8\uff0e8\uff0e8",
    "8\uff618.8.8", "\u0668.8.8.8", "8\u20248.8.8",
    # IPv6
    "[]", "[::1", "::1", "[::1]]", "[[::1]]", "[:::1]", "[1:2:3:4:5:6:7]", "[2606:4700::1111::]", "[2606:4700:00000::1]",
    "[2606:4700::g]", "[2606:4700::1111%eth0]", "[2606:4700::1111%25eth0]", "[2606:4700::1111%251]", "[fe80::1%25lo]",
    "[2606:4700::1111]x", "x[2606:4700::1111]", "[2606:4700::1111].example.org", "[2606:4700::1111]:", "[8.8.8.8]",
    "[v1.8888]", "[::8.8.8.8.8]", "[::ffff:8.8.8]", "[::ffff:08.8.8.8]", "[::ffff:0x8.8.8.8]", "[2606:4700::1111/64]",
    "2606:4700::1111", "[\uff12606:4700::1111]", "[::ffff:\uff18.8.8.8]",
    # ports
    "example.org:", "example.org:0", "example.org:00", "example.org:65536", "example.org:99999999999999999999",
    "example.org:080", "example.org:0443", "example.org:+443", "example.org:-443", "example.org:4_43",
    "example.org:443:443", "example.org: 443", "example.org:443 ", "example.org:%3443", "example.org:\uff14\uff14\uff13",
    "example.org:0x1bb", "example.org:443.", "example.org:22", "example.org:6379", "example.org:8080", ":443",
    # names that are none
    "", ".", "..", ".example.org", "a..example.org", "example.org..", "-a.example.org", "a-.example.org",
    "a_b.example.org", "*.example.org", "exa mple.org", "exa%20mple.org", "ex%61mple.org", "exa!mple.org",
    "exa'mple.org", 'exa"mple.org', "exa,mple.org", "exa;mple.org", "(example).org", "<example.org>", "{example}.org",
    "exa|mple.org", "exa^mple.org", "exa`mple.org", "exa~mple.org", "exa$mple.org", "exa=mple.org", "a" * 64 + ".org",
    ".".join(["a" * 49] * 5) + ".abcd",
    # international names that programs map in different ways
    "xn--", "xn--.org", "xn--a", "xn--0.org", "xn--example-.org", "xn--\u00fc.org", "xn--ls8h.la", "\U0001f4a9.la",
    "ab--\u00fc.org", "bu\u0308cher.de", "BU\u0308CHER.de", "XN--\u00dc.org", "FA\u1e9eE.de", "\u0130stanbul.tr",
    "\u212bngstr\u00f6m.se", "\uff22\u00fccher.de", "\u03f4\u00fc.gr", "\u01c5\u00fc.hr", "\uff45xample.org", "\u2113ocalhost", "\u212aelvin.org", "fa\u1e9e.de",
    "example\u3002org", "example\uff0eorg", "example\uff61org", "a\u2044b.org", "a\u00b7b.cat", "\u30fb.jp",
    "\u0301a.org", "a\u05d0.org", "ex\u00adample.org", "ex\u200bample.org", "ex\u200cample.org", "ex\u200dample.org",
    "ex\u2060ample.org", "ex\ufeffample.org", "ex\u202eample.org", "\u00fc" * 60 + ".de",
]  # fmt: skip
WHOLE = [
    "", "example.org", "//example.org/", "http:example.org", "http:/example.org/", "http:///example.org/", "http://",
    "http:\\\\example.org\\", "http:/\\example.org/", "http//example.org/", "http:// example.org/", "https",
    "http://http://example.org/", "http://?example.org", "http://#example.org", "url:http://example.org/",
    "<http://example.org/>", "ftp://example.org/", "file:///etc/passwd", "file://example.org/", "gopher://example.org/",
    "dict://example.org/", "ldap://example.org/", "ws://example.org/", "data:text/plain,x", "javascript:alert(1)",
    "http+unix://example.org/", "h\u0442tp://example.org/", "http\u017f://example.org/",
    " https://example.org/", "https://example.org/ ", "\thttps://example.org/", "ht\ntps://example.org/",
    "https://exam\tple.org/", "https://exam\nple.org/", "https://example.org/\r\nHost: localhost", "https://example.org\x00",
    "https://example.org/\x7f", "https://example.org/\x85", "https://example.org/a b", "https://example.org/?a b",
    "https://example.org/\u00a0", "https://example.org/\u2028", "https://example.org/\u3000", "https://example.org/\ue000",
    "https://example.org/\\..\\", "https://example.org/%", "https://example.org/%1", "https://example.org/%zz",
    "https://example.org/?%u0041", "https://8.8.8.8#@127.0.0.1/", "https://8.8.8.8?@127.0.0.1/",
    "https://u@example.org?e=a@b.example",
]  # fmt: skip
TAKEN = {
    "https://example.org": "https://example.org/",
    "HTTPS://Example.ORG/Path": "https://example.org/Path",
    "hTTp://example.org?x=1": "http://example.org/?x=1",
    "https://example.org#top": "https://example.org/",
    "https://example.org?e=a@b.example": "https://example.org/?e=a@b.example",
    "https://example.org#a@b.example": "https://example.org/",
    "https://example.org/#@127.0.0.1": "https://example.org/",
    "https://example.org./": "https://example.org/",
    "https://example.org:443/": "https://example.org/",
    "http://example.org:80": "http://example.org/",
    "http://example.org:443/": "http://example.org:443/",
    "https://example.org/a/b;c=d,e!$&'()*+:@~._-/": "https://example.org/a/b;c=d,e!$&'()*+:@~._-/",
    "https://example.org/%C3%BC%2F%00?q=%0D%0A": "https://example.org/%C3%BC%2F%00?q=%0D%0A",
    "https://example.org/\u00fc?q=\u6771\u4eac": "https://example.org/%C3%BC?q=%E6%9D%B1%E4%BA%AC",
    "https://example.org/\u0646\u0627\u0645\u0647\u200c\u0627\u06cc": (
        "https://example.org/%D9%86%D8%A7%D9%85%D9%87%E2%80%8C%D8%A7%DB%8C"
    ),
    "https://example.org/?u=http://user@127.0.0.1/&a[]=1": "https://example.org/?u=http://user@127.0.0.1/&a[]=1",
    "https://example.org//a//?": "https://example.org//a//?",
    "https://example.org/../a/./b/%2e%2E?c=/../d": "https://example.org/a/?c=/../d",
    "https://example.org/.well-known/a..b/.../%2e%2e%2e": "https://example.org/.well-known/a..b/.../%2e%2e%2e",
    "https://example.org/a//../%2F../b": "https://example.org/a/%2F../b",
    "https://example.org?/../a": "https://example.org/?/../a",
    "https://example.org/{a}|b": "https://example.org/%7Ba%7D%7Cb",
    "https://3com.com/": "https://3com.com/",
    "https://0.org/": "https://0.org/",
    "https://1.2.3.4.example.org/": "https://1.2.3.4.example.org/",
    "https://127.0.0.1.example.org/": "https://127.0.0.1.example.org/",
    "https://a.1b/": "https://a.1b/",
    "https://ab--cd.example.org/": "https://ab--cd.example.org/",
    "https://" + "a" * 63 + ".org/": "https://" + "a" * 63 + ".org/",
    "https://" + ".".join(["a" * 49] * 5) + ".abc/": "https://" + ".".join(["a" * 49] * 5) + ".abc/",
    "https://localhost.example.org/": "https://localhost.example.org/",
    "https://notlocalhost/": "https://notlocalhost/",
    "https://b\u00fccher.de/": "https://xn--bcher-kva.de/",
    "https://B\u00fccher.de/": "https://xn--bcher-kva.de/",
    "https://M\u00dcNCHEN.DE/": "https://xn--mnchen-3ya.de/",
    "https://\u0395\u03bb\u03bb\u03ac\u03b4\u03b1.gr/": "https://xn--hxakic4aa.gr/",
    "https://\u0395\u039b\u039b\u0386\u03a3.gr/": "https://xn--hxarsa5b.gr/",
    "https://\u13a0\u13a1.example/": "https://xn--58dc.example/",
    "https://XN--BCHER-KVA.DE/": "https://xn--bcher-kva.de/",
    "https://fa\u00df.de/": "https://xn--fa-hia.de/",
    "https://\u03b5\u03bb\u03bb\u03ac\u03c2.gr/": "https://xn--hxarsa0b.gr/",
    "https://\u0443\u0440\u044f\u0434.\u0443\u043a\u0440/": "https://xn--d1axi3c.xn--j1amh/",
    "https://\u65e5\u672c\u8a9e.jp/": "https://xn--wgv71a119e.jp/",
    "https://\u30a2\u30fb\u30a4.jp/": "https://xn--ccke4x.jp/",
    "https://l\u00b7l.cat/": "https://xn--ll-0ea.cat/",
    "https://\u0646\u0627\u0645\u0647\u200c\u0627\u06cc.com/": "https://xn--mgba3gch31f060k.com/",
    "https://\u0dc1\u0dca\u200d\u0dbb\u0dd3.com/": "https://xn--10cl1a0b660p.com/",
    "https://\u05d9\u05e9\u05e8\u05d0\u05dc.il/": "https://xn--4dbrk0ce.il/",
    "https://1.1.1.1/": "https://1.1.1.1/",
    "https://[2606:4700:4700::1111]/": "https://[2606:4700:4700::1111]/",
    "https://[2606:4700:4700:0:0:0:0:1111]:443/": "https://[2606:4700:4700::1111]/",
    "https://[2A00:1450:4001:0830::200E]/": "https://[2a00:1450:4001:830::200e]/",
}
HERE = ["localhost", "LOCALHOST", "localhost.", "a.localhost", "a.b.localhost."]


@pytest.fixture(scope="module")
def guard() -> Guard:
    return Guard(resolver=Resolver(lambda _host: (PUBLIC,), threads=1))


@pytest.mark.parametrize("url", [*(f"https://{authority}/" for authority in AUTHORITIES), *WHOLE])
def test_what_could_be_read_in_two_ways_is_refused_before_any_lookup(guard: Guard, url: str) -> None:
    verdict = guard.check(url)
    assert isinstance(verdict, Refusal)
    assert verdict.phase == "url"
    assert verdict.reason


@pytest.mark.parametrize(("url", "sent"), TAKEN.items())
def test_what_is_legal_though_unusual_is_taken_and_sent_in_one_form(guard: Guard, url: str, sent: str) -> None:
    verdict = guard.check(url)
    if isinstance(verdict, Pending):
        verdict.answer.result(5)
        verdict = guard.judge(verdict)
    assert isinstance(verdict, Vetted), verdict
    assert verdict.url.text == sent
    assert parse_endpoint_url(sent).text == sent, "what is sent is read as the same"


def test_a_capital_of_any_script_is_read_as_browsers_do_or_refused() -> None:
    taken = 0
    for capital in (sign for sign in map(chr, range(0x80, 0x11_0000)) if sign != sign.lower()):
        try:
            host = parse_endpoint_url(f"https://a{capital}a.example/").host
        except UrlRefused:
            continue
        assert host == idna.encode(f"a{capital}a.example", uts46=True).decode(), f"U+{ord(capital):04X}"
        taken += 1
    assert taken > 500


@pytest.mark.parametrize("host", HERE)
def test_a_name_of_this_machine_is_loopback_whatever_a_name_server_says(guard: Guard, host: str) -> None:
    url = f"https://{host}/"
    verdict = guard.check(url)
    assert isinstance(verdict, Refusal)
    assert verdict.phase == "guard"
    assert isinstance(Guard(["127.0.0.0/8"]).check(url), Vetted), "an operator may allow it"


def test_a_name_is_looked_up_and_an_address_is_not() -> None:
    asked = Guard(resolver=Resolver(lambda _host: (PUBLIC,), threads=1))
    assert isinstance(asked.check("https://first.example.org/"), Pending)
    assert isinstance(asked.check("https://8.8.8.8/"), Vetted)


@pytest.mark.parametrize(
    "url", ["http://example.org/", "http://example.org:80/", "http://8.8.8.8/", "http://b\u00fccher.de/"]
)
def test_a_port_that_the_operator_left_out_is_refused_also_where_the_url_does_not_name_it(url: str) -> None:
    with pytest.raises(UrlRefused, match="port 80"):
        parse_endpoint_url(url, allowed_ports={443})
    assert parse_endpoint_url(url.replace("http:", "https:").replace(":80/", "/"), allowed_ports={443}).port == 443


def test_a_url_that_is_too_long_is_not_read() -> None:
    longest = "https://example.org/".ljust(MAX_URL_CHARACTERS, "a")
    assert parse_endpoint_url(longest).text == longest
    with pytest.raises(UrlRefused) as refused:
        parse_endpoint_url("\n@\\" * MAX_URL_CHARACTERS)
    assert len(refused.value.faults) == 1


def test_a_refusal_is_short_however_bad_the_url() -> None:
    for url in ("https://" + " \\" * 1000, "https://" + "\u200d" * 2000, "https://" + "-" * 2000):
        with pytest.raises(UrlRefused) as refused:
            parse_endpoint_url(url)
        assert len(str(refused.value)) < 1500


@pytest.mark.parametrize(
    ("url", "problems"),
    [
        ("http://127.0.0.1:9000/", ("port 9000", "127.0.0.1, which is no public address")),
        ("http://u:p@10.0.0.1:9000/%", ("user information", "port 9000", "a %", "10.0.0.1, which is no public")),
        ("https://localhost:1/", ("port 1 ", "localhost leads to 127.0.0.1")),
        ("https://user:pw@newsroom.example:8443/p#f", ("user information", "port 8443")),
        ("https://1.2.3:8443/", ("no IPv4 address", "port 8443")),
    ],
)
def test_what_the_guard_does_not_accept_is_told_with_all_its_faults(url: str, problems: tuple[str, ...]) -> None:
    with pytest.raises(UrlRefused) as refused:
        Guard().accept(url)
    faults = refused.value.faults
    assert len(faults) == len(problems)
    assert all(problem in fault.problem for problem, fault in zip(problems, faults, strict=True)), faults
