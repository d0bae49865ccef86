"""Every setting: where it comes from (flag > environment > TOML file > default), what it means."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from config.forms import (
    AuthoritiesFile,
    BaseUrl,
    BrokerUrl,
    Domain,
    Folder,
    ListeningHost,
    NetworksFolder,
    NetworkText,
    OptionalUrl,
    Ports,
)

ENV_PREFIX = "SYNDICATOR_"
_A_DAY_S = 86_400
_A_CENTURY_DAYS = 36_500
# More is a slip of the keys, and what no database can count would end every sweep.
_MANY = 1_000_000
_A_TERABYTE = 1_000_000_000_000
_MOST_THREADS = 1_000


class Settings(BaseSettings):
    """What an operator may change. Each is ``SYNDICATOR_<NAME>`` in the environment."""

    model_config = SettingsConfigDict(env_prefix=ENV_PREFIX, frozen=True, extra="forbid")

    data_dir: Folder = Field(
        default=Path("syndicator-data"),
        description="Folder of the SQLite file, media files and generated keys.",
    )
    database_url: str = Field(
        default="",
        description="postgresql+psycopg://… or sqlite:///…; empty: the file syndicator.db in data_dir.",
    )
    broker_url: BrokerUrl = Field(
        default="memory://",
        description="redis://… (rediss://… for TLS) for workers in processes of their own; memory:// keeps the Celery "
        "worker in this process.",
    )
    public_base_url: BaseUrl = Field(
        default="http://127.0.0.1:8080",
        description="The address readers use. Every absolute URL starts with it, never with a Host header.",
    )
    authority: Domain = Field(
        default="localhost",
        description="Domain name in the guid of every release (urn:newsml:<authority>:<date>:<id>).",
    )
    network: str = Field(default="default", description="Network of a release that names none.")
    networks_dir: NetworksFolder = Field(
        default=None, description="Folder with further networks, beside those that come with the package."
    )
    host: ListeningHost = Field(default="127.0.0.1", description="Address that the HTTP server listens on.")
    port: int = Field(default=8080, ge=0, le=65535, description="Port of the HTTP server; 0 takes a free one.")
    operator_token: SecretStr | None = Field(
        default=None,
        description="Token for every write; if unset, one is made in data_dir/operator.token (SQLite only).",
    )
    sealing_keys: SecretStr | None = Field(
        default=None,
        description="Keys that seal endpoint secrets, as 'id:base64', newest first, separated by commas; "
        "if unset, one is made in data_dir/sealing.keys (SQLite only).",
    )
    signing_key: SecretStr | None = Field(
        default=None,
        description="ed25519 key (whsk_…) for v1a signatures; while it is being replaced, the new and the old one, "
        "separated by a comma; if unset, one is made in data_dir/signing.key (SQLite only).",
    )
    allow_cidrs: Annotated[tuple[NetworkText, ...], NoDecode] = Field(
        default=(),
        description="Networks that pushes may reach although they are not public, separated by commas.",
    )
    allowed_ports: Annotated[Ports, NoDecode] = Field(
        default=(443, 80), description="Ports that an endpoint's URL may name, separated by commas; 0: any."
    )
    verify_endpoints: bool = Field(
        default=False,
        description="Every new endpoint has to answer a challenge before it is sent any release; false: if asked for.",
    )
    transport: Literal["curl", "requests"] = Field(
        default="curl", description="Client that sends pushes; requests where libcurl is missing."
    )
    ca_file: AuthoritiesFile = Field(
        default=None,
        description="PEM file of the certificate authorities that receivers are checked against, instead of certifi's.",
    )
    connect_timeout_s: float = Field(
        default=5,
        gt=0,
        le=_A_DAY_S,
        description="Seconds of an attempt for DNS and connecting; a second address gets as many again.",
    )
    attempt_timeout_s: float = Field(default=15, gt=0, le=_A_DAY_S, description="Seconds for a whole attempt.")
    in_flight: int = Field(
        default=2000,
        ge=1,
        le=_MANY,
        description="Attempts under way at once in one worker process; fewer if it may open few files (ulimit -n).",
    )
    per_host: int = Field(
        default=64,
        ge=1,
        le=_MANY,
        description="Attempts under way at once to one host and port; others to it come back later.",
    )
    per_endpoint: int = Field(
        default=16, ge=1, le=_MANY, description="Deliveries of one endpoint that may be claimable at once."
    )
    lease_s: float = Field(
        default=60,
        ge=5,
        le=_A_DAY_S,
        description="Seconds that a claimed delivery belongs to its worker; extended after half of them.",
    )
    sweep: bool = Field(
        default=True,
        description="Re-read what is due from the database; false only in tests that show what it is for.",
    )
    sweep_interval_s: float = Field(
        default=1, gt=0, le=_A_DAY_S, description="Longest time between two sweeps, in seconds."
    )
    attempt_retention_days: int = Field(
        default=30, ge=1, le=_A_CENTURY_DAYS, description="Days the attempt log is kept."
    )
    pause_after_days: float = Field(
        default=3,
        gt=0,
        le=_A_CENTURY_DAYS,
        description="Days after which an endpoint is paused if every attempt failed, with several releases.",
    )
    feed_window: int = Field(default=50, ge=2, le=_MANY, description="Most entries in a channel's current document.")
    feed_max_bytes: int = Field(
        default=512_000,
        ge=10_000,
        le=_A_TERABYTE,
        description="Largest feed document, in bytes; a single entry may be larger.",
    )
    feed_max_age_s: int = Field(default=60, ge=0, le=900, description="Cache-Control max-age of feeds.")
    hub_url: OptionalUrl = Field(
        default="",
        description="WebSub hub to advertise in feeds. The service does not notify it: it has to poll the feeds. "
        "Empty: none.",
    )
    max_body_bytes: int = Field(
        default=2_000_000, ge=10_000, le=_A_TERABYTE, description="Largest request body of the API, in bytes."
    )
    max_media_bytes: int = Field(
        default=25_000_000, ge=10_000, le=_A_TERABYTE, description="Largest media file, in bytes."
    )
    media_grace_days: float = Field(
        default=7, gt=0, le=_A_CENTURY_DAYS, description="Days that a media file is kept while no release uses it."
    )
    worker_port: int | None = Field(
        default=None,
        ge=0,
        le=65535,
        examples=[9100],
        description="Port, on host, where `syndicator worker` answers /metrics (with the operator's token), /healthz "
        "and /readyz; 0 takes a free one; unset: none. Each process counts its own attempts.",
    )
    worker_threads: int = Field(
        default=8, ge=2, le=_MOST_THREADS, description="Celery tasks under way at once in one worker."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Lowest level that is logged."
    )

    @field_validator("allow_cidrs", "allowed_ports", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (no .env files: one way less)
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings, env_settings, TomlConfigSettingsSource(settings_cls, config_file()))

    @property
    def resolved_database_url(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir / 'syndicator.db'}"

    @property
    def embedded(self) -> bool:
        """Whether tasks run inside this process (the embedded size)."""
        return self.broker_url.startswith("memory:")


def config_file() -> Path | None:
    """The TOML file named by SYNDICATOR_CONFIG, or syndicator.toml where the process started, or none."""
    import os

    named = os.environ.get(f"{ENV_PREFIX}CONFIG")
    path = Path(os.path.expanduser(named)) if named else Path("syndicator.toml")  # noqa: PTH111 (no home: as it stands)
    return path if path.exists() or named else None
