"""Settings: from the environment as `LEDGERDESK_*`, or from a TOML file."""

import os
import re
import shlex
import tomllib
from email.utils import parseaddr
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

from domain.bulk_job import FILE_KEPT
from domain.feed.addresses import Network
from domain.limits import ATTACHMENT_BYTES_MAX

PREFIX = "LEDGERDESK_"


class BadSettings(Exception):
    """A setting is wrong; the message names it and says what it should be."""


# No pydantic-settings: it takes 16 MB of each process.
class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid")

    data: Path = Path("data")
    """The one data folder: ledger, views, keys and Temporal's database."""
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    """Where the API listens. 0 takes any free port."""
    database_url: SecretStr | None = None
    """PostgreSQL for the ledger, as a libpq URL. Without one, SQLite in the data folder."""
    views_url: SecretStr | None = None
    """PostgreSQL for the views; the ledger's database if not given."""
    keys_url: SecretStr | None = None
    """PostgreSQL for people's keys, best a server of its own; else a schema beside the ledger."""
    master_key: SecretStr | None = None
    """32 bytes in base64 that wrap people's keys; else the file `master.key` in the data folder."""
    temporal_address: str | None = None
    """host:port of a Temporal cluster. Without one, `up` runs the embedded server."""
    temporal_namespace: str = "default"
    temporal_port: int = Field(default=7233, ge=0, le=65535)
    temporal_ui_port: int = Field(default=8233, ge=0, le=65535)
    temporal_ui_url: str = ""
    """Temporal's own page, for the start page to link."""
    temporal_tls: bool = False
    temporal_ca: Path | None = None
    temporal_certificate: Path | None = None
    temporal_key: Path | None = None
    temporal_api_key: SecretStr | None = None
    clock_shards: int = Field(default=1, ge=1, le=64)
    """How many workflows share the clocks of service levels."""
    public_url: str | None = None
    """The address that people use, if a proxy stands before the API."""
    audit_log: bool = True
    """Whether the projector keeps the transparency log."""
    audit_key: Path | None = None
    """The file of the key that signs checkpoints; else `audit.key` in the data folder."""
    audit_signer_command: str = ""
    """A program that signs checkpoints in its place, with its arguments: see docs/audit.md."""
    audit_signer_public: Path | None = None
    """The public key of that program, a file in PEM."""
    audit_origin: str = ""
    """The name of the log, best an address without a scheme. It is that of its key for ever."""
    audit_checkpoint_events: int = Field(default=1_000, ge=1)
    """A checkpoint is signed after so many events …"""
    audit_checkpoint_seconds: float = Field(default=60.0, gt=0)
    """… or after so long, if there was any event."""
    audit_witnesses: str = ""
    """Files and addresses that get the checkpoints, with blanks between them."""
    audit_witness_private: bool = False
    """Whether witnesses may be at addresses that are not public."""
    attachments: str = ""
    """The folder of attachments, or a bucket as s3://BUCKET/PREFIX; else `attachments` in the data
    folder. All processes share it."""
    attachments_endpoint: str = ""
    """The address of an S3-compatible store, such as https://s3.example.com; else Amazon's."""
    attachments_region: str = "us-east-1"
    attachments_access_key: SecretStr | None = None
    """Without one, what Amazon's own tools take: AWS_ACCESS_KEY_ID, the role of the machine, …"""
    attachments_secret_key: SecretStr | None = None
    attachment_bytes_max: int = Field(default=ATTACHMENT_BYTES_MAX, ge=1, le=ATTACHMENT_BYTES_MAX)
    attachment_types: str = ""
    """The media types that are taken, with blanks between them, such as `image/* text/plain`. None:
    all but programs."""
    bulk_days: int = Field(default=FILE_KEPT.days, ge=1, le=3650)
    """How long the files of bulk jobs are kept after something last happened to these."""
    requests_per_minute: int = Field(default=60_000, ge=1)
    """How much one token may ask of one API process."""
    webhook_networks: str = ""
    """Networks that webhooks may send to though they are not public, by HTTP too, with blanks
    between them: `10.1.0.0/16 fd00::/8`."""
    mail_host: str = ""
    """An SMTP server. With one, those who are asked for decisions are told by mail."""
    mail_port: int = Field(default=587, ge=1, le=65535)
    mail_security: Literal["starttls", "tls", "none"] = "starttls"
    mail_user: str = ""
    mail_password: SecretStr | None = None
    mail_from: str = ""
    """The sender of mails, such as `Service desk <desk@example.com>`."""
    mail_replies_to: str = ""
    """An address with at most 12 characters before its `@`, whose mail, and that of its plus
    addresses, is given to `ledgerdesk mail receive`. Without one, a reply decides nothing."""
    server: str = ""
    """The address of the desk that `ledgerdesk bulk` asks; else where the API listens."""
    token: SecretStr | None = None
    """In whose name it asks."""
    log_level: str = "info"

    @field_validator("database_url", "views_url", "keys_url")
    @classmethod
    def _is_postgres(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None and not url.get_secret_value().startswith(
            ("postgresql://", "postgres://")
        ):
            raise ValueError("a database is given as postgresql://user:password@host:port/name")
        return url

    @field_validator("webhook_networks")
    @classmethod
    def _are_networks(cls, networks: str) -> str:
        for network in networks.split():
            try:
                ip_network(network)
            except ValueError:
                raise ValueError(
                    f"{network[:80]} is no network such as 10.1.0.0/16 or fd00::/8"
                ) from None
        return networks

    @property
    def networks_of_webhooks(self) -> tuple[Network, ...]:
        return tuple(map(ip_network, self.webhook_networks.split()))

    @field_validator("attachments")
    @classmethod
    def _is_folder_or_bucket(cls, place: str) -> str:
        if "://" in place and not re.fullmatch(r"s3://[^/?#@]+(/[^?#]*)?", place):
            raise ValueError("a folder, or s3://BUCKET or s3://BUCKET/PREFIX")
        return place

    @field_validator("attachments_endpoint")
    @classmethod
    def _is_address(cls, endpoint: str) -> str:
        if endpoint and not re.fullmatch(r"https?://[^/?#@]+/?", endpoint):
            raise ValueError("an address such as https://s3.example.com, without a user")
        return endpoint

    @model_validator(mode="after")
    def _are_keys_together(self) -> "Settings":
        if (self.attachments_access_key is None) != (self.attachments_secret_key is None):
            raise ValueError("ATTACHMENTS_ACCESS_KEY and _SECRET_KEY are given together")
        return self

    @field_validator("mail_from", "mail_replies_to")
    @classmethod
    def _is_mail_address(cls, address: str) -> str:
        if address and not re.fullmatch(r"[^\s@<>]+@[^\s@<>]+", parseaddr(address)[1]):
            raise ValueError("a mail address such as desk@example.com")
        return address

    @model_validator(mode="after")
    def _has_mail_sender(self) -> "Settings":
        if self.mail_host and not self.mail_from:
            raise ValueError("MAIL_FROM is given with MAIL_HOST")
        return self

    @field_validator("audit_signer_command")
    @classmethod
    def _is_command(cls, command: str) -> str:
        try:
            shlex.split(command)
        except ValueError as error:
            raise ValueError(f"it cannot be split into words: {error}") from None
        return command.strip()

    @model_validator(mode="after")
    def _has_signer_key(self) -> "Settings":
        if bool(self.audit_signer_command) != (self.audit_signer_public is not None):
            raise ValueError("AUDIT_SIGNER_COMMAND and _PUBLIC are given together")
        return self

    @field_validator("log_level")
    @classmethod
    def _is_level(cls, level: str) -> str:
        if level not in ("debug", "info", "warning", "error"):
            raise ValueError("one of debug, info, warning, error")
        return level

    @property
    def url(self) -> str:
        return self.public_url or f"http://{self.host}:{self.port}"


def load(config: Path | None = None, **overrides: Any) -> Settings:
    """The settings; what is given here goes before the environment, and that before the file.

    Raises BadSettings.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    path = config or (Path(named) if (named := os.environ.get(f"{PREFIX}CONFIG")) else None)
    from_file: dict[str, Any] = {}
    if path is not None:
        try:
            from_file = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise BadSettings(f"{path}: {error}") from None
    in_environment = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in os.environ.items()
        if name.startswith(PREFIX) and name != f"{PREFIX}CONFIG"
    }
    if unknown := set(in_environment) - set(Settings.model_fields):
        names = ", ".join(f"{PREFIX}{name.upper()}" for name in sorted(unknown))
        raise BadSettings(f"{names}: there is no such setting.")
    try:
        return Settings(**(from_file | in_environment | given))
    except ValidationError as error:
        lines = [
            f"{PREFIX}{'.'.join(str(part) for part in problem['loc']).upper()}: {problem['msg']}"
            for problem in error.errors(include_input=False, include_url=False)
        ]
        raise BadSettings("\n".join(lines)) from None
