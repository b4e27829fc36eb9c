"""Signed notes and checkpoints, against published ones.

The keys and notes of PeterNeumann are those of golang.org/x/mod/sumdb/note (`note_test.go`,
`example_test.go`); the key and the note of example.com/foo are those of C2SP signed-note; the text
of example.com/behind-the-sofa is that of C2SP tlog-checkpoint.
"""

import pytest

from domain.proof.checkpoint import Checkpoint, open_checkpoint, read, sign, split
from domain.proof.note import (
    BadKey,
    BadNote,
    SeedSigner,
    Verifier,
    check,
    parse,
    signed,
    verifier_text,
)

SIGNING = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
VERIFYING = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
NOTE = (
    TEXT + "\n\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZS"
    "NXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
C2SP_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
C2SP_NOTE = (
    "This is an example message.\n\n\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfX"
    "ppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
CHECKPOINT = """example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

\u2014 example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2\
q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
"""
ROOT = bytes(range(32))
SECONDS = 1_790_000_000


def test_a_published_note_comes_out_equal_and_verifies() -> None:
    signer = SeedSigner.of(SIGNING)

    assert signed(TEXT, signer) == NOTE
    assert verifier_text(signer.name, signer.public) == VERIFYING
    assert check(parse(NOTE), Verifier.of(VERIFYING)) is None
    assert check(parse(C2SP_NOTE), Verifier.of(C2SP_KEY)) is None


def test_a_published_checkpoint_is_read() -> None:
    found = read(parse(CHECKPOINT))

    assert (found.origin, found.size) == ("example.com/behind-the-sofa", 20_852_163)
    assert CHECKPOINT.startswith(found.text)


@pytest.mark.parametrize("place", range(0, len(VERIFYING), 3))
def test_a_mangled_verifier_key_is_refused(place: int) -> None:
    mangled = VERIFYING[:place] + chr(ord(VERIFYING[place]) + 1) + VERIFYING[place + 1 :]

    for text in (mangled, VERIFYING[:place], VERIFYING[place + 1 :]):
        with pytest.raises(BadKey):
            Verifier.of(text)


@pytest.mark.parametrize(
    "text",
    [
        # A key of another length and of another type, each with an id that fits (note_test.go).
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "",
    ],
)
def test_a_verifier_key_of_another_kind_is_refused(text: str) -> None:
    with pytest.raises(BadKey):
        Verifier.of(text)


def test_a_bad_signing_key_is_refused_without_being_told() -> None:
    mangled = SIGNING[:-4] + "AAAA"

    with pytest.raises(BadKey) as refused:
        SeedSigner.of(mangled)
    assert mangled[-20:] not in str(refused.value)
    assert "AYEKFAL" not in repr(SeedSigner.of(SIGNING))


def test_a_note_with_another_text_or_signature_does_not_hold() -> None:
    verifier = Verifier.of(VERIFYING)

    for note in (NOTE.replace("answer", "question"), NOTE.replace("x08go/ZJ", "x08go/ZK")):
        with pytest.raises(BadNote, match="does not fit the text"):
            check(parse(note), verifier)
    with pytest.raises(BadNote, match="It is not signed by"):
        check(parse(C2SP_NOTE), verifier)


@pytest.mark.parametrize(
    "note", ["", "text\n", "text\n\nno signature\n", NOTE[:-1], "\tx\n" + NOTE]
)
def test_what_is_no_note_is_refused(note: str) -> None:
    with pytest.raises(BadNote):
        parse(note)


def test_a_checkpoint_tells_size_root_and_time() -> None:
    signer = SeedSigner.of(SIGNING)
    verifier = Verifier.of(VERIFYING)

    note = sign(7, ROOT, signer, SECONDS)

    assert open_checkpoint(note, [verifier]) == (Checkpoint("PeterNeumann", 7, ROOT), SECONDS)
    other = Verifier(verifier.name, SeedSigner("PeterNeumann", b"x" * 32).public)
    assert open_checkpoint(note, [other, verifier]).checkpoint.size == 7
    with pytest.raises(BadNote):
        open_checkpoint(note, [other])
    with pytest.raises(BadNote, match="It is of PeterNeumann, not of elsewhere"):
        open_checkpoint(note, [Verifier("elsewhere", verifier.public)])


def test_the_time_of_a_checkpoint_is_signed_too() -> None:
    earlier, later = (sign(7, ROOT, SeedSigner.of(SIGNING), SECONDS + n) for n in (0, 60))
    stamp = earlier.splitlines()[-1].split()[-1][:16], later.splitlines()[-1].split()[-1][:16]

    with pytest.raises(BadNote, match="The cosignature of PeterNeumann does not fit"):
        open_checkpoint(earlier.replace(*stamp), [Verifier.of(VERIFYING)])


@pytest.mark.parametrize(
    "text", ["o\n07\nAA==\n", "o\n7\nAA==\n", "o\n7\n", "o\n-7\n\n", "o\nseven\n!\n"]
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    note = signed(text, SeedSigner.of(SIGNING))

    with pytest.raises(BadNote):
        read(parse(note))


def test_a_file_of_a_witness_holds_one_note_after_the_other() -> None:
    notes = [sign(size, ROOT, SeedSigner.of(SIGNING), SECONDS) for size in (1, 2, 3)]

    assert list(split("".join(notes))) == notes
    assert list(split("\n".join(notes) + "\n\n")) == notes
    assert list(split("")) == []
