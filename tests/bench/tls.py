"""Cold TLS: every push shakes hands anew with another host that has an EC certificate."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from syndicator.clock import from_us, system_now_us
from tests.bench import raw, speed
from tests.bench.figures import Figure, progress
from tests.bench.receiver import receiving
from tests.bench.site import BODY_BYTES, scaled_out

MOST_HOSTS = 3000
BAR = 0.85


def measure(endpoints: int) -> Iterator[Figure]:
    hosts = min(endpoints, MOST_HOSTS)
    alone, ours = [], []
    with certificate() as (chain, key), receiving([chain, key]) as receiver, scaled_out(ca_file=str(chain)) as site:
        urls = receiver.named_urls(hosts)
        site.register(urls)
        for pair in range(speed.PAIRS):
            progress(f"TLS, {hosts:,} hosts, pair {pair + 1} of {speed.PAIRS}")
            work = raw.Work(urls, BODY_BYTES, site.service.settings.in_flight, 1, str(chain))
            alone += raw.rates(work)
            ours += speed.run(site, "worker", receiver, hosts, f"TLS {pair}", rounds=1).rates
            progress(f"  {alone[-1]:.0f} and {ours[-1]:.0f} a second")
    yield Figure(
        f"PostgreSQL: durable deliveries to {hosts:,} hosts over TLS (P-256), never connected before, beside bare curl",
        f"{median(ours):,.0f}/s",
        f"{median(alone):,.0f}/s",
        median(rate / bare for rate, bare in zip(ours, alone, strict=True)),
        BAR,
    )


@contextmanager
def certificate() -> Iterator[tuple[Path, Path]]:
    """Files of a self-signed P-256 certificate for every name of the benchmark, and of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Benchmark")])
    now = from_us(system_now_us())
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("*.bench.localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, SHA256())
    )
    with TemporaryDirectory(prefix="syndicator-bench-") as folder:
        chain, secret = Path(folder, "certificate.pem"), Path(folder, "key.pem")
        chain.write_bytes(made.public_bytes(Encoding.PEM))
        secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        yield chain, secret
