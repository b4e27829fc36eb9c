"""What an S3-compatible store brings with it: keys that stay secret, and being away."""

import pytest

from domain.files import FilesUnavailable
from domain.personal import KeyRing
from ops import compose
from ops.ports import free_port
from ops.settings import BadSettings, load
from ops.stores.file_s3 import Credentials
from tests.keys import MemoryKeys
from tests.ops.file_stores import CONTENT, DIGEST, read, sent
from tests.s3 import CREDENTIALS, Bucket


def test_the_settings_say_where_files_are(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    access_key, secret_key = CREDENTIALS
    monkeypatch.setenv("LEDGERDESK_ATTACHMENTS", bucket.address)
    monkeypatch.setenv("LEDGERDESK_ATTACHMENTS_ENDPOINT", bucket.endpoint)
    monkeypatch.setenv("LEDGERDESK_ATTACHMENTS_ACCESS_KEY", access_key)
    monkeypatch.setenv("LEDGERDESK_ATTACHMENTS_SECRET_KEY", secret_key)
    keys: KeyRing = MemoryKeys()
    settings = load()

    sent(compose.open_files(settings, keys))

    assert read(compose.open_files(settings, keys), DIGEST) == CONTENT
    assert secret_key not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ATTACHMENTS", "gs://bucket"),
        ("ATTACHMENTS", "s3:///prefix"),
        ("ATTACHMENTS", "s3://key:secret@bucket"),
        ("ATTACHMENTS_ENDPOINT", "ftp://host"),
        ("ATTACHMENTS_ENDPOINT", "https://key:secret@host"),
        ("ATTACHMENTS_ACCESS_KEY", "alone"),
    ],
)
def test_wrong_settings_are_told_without_what_they_were(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"LEDGERDESK_{name}", value)

    with pytest.raises(BadSettings) as told:
        load()

    assert value not in str(told.value)


def test_who_has_another_secret_is_refused_and_the_secret_is_not_told(bucket: Bucket) -> None:
    store = bucket.open(Credentials(CREDENTIALS.access_key, "another-secret"))

    with pytest.raises(FilesUnavailable) as told:
        store.open("a-file")

    assert "another-secret" not in str(told.value)
    assert told.value.__cause__ is None


def test_a_store_that_is_away_is_unavailable() -> None:
    away = Bucket("s3://files/away", f"http://127.0.0.1:{free_port()}").open()

    with pytest.raises(FilesUnavailable):
        away.open("a-file")
