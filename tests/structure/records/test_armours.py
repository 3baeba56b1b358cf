from __future__ import annotations

import pytest

from specpc.structure import lay_out
from tests.structure.kept import keep, kept, pieces, units

BODY = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gt\n" * 3
KEY = (
    f"-----BEGIN OPENSSH PRIVATE KEY-----\n{BODY}ZWQyNTUxOQ==\n-----END OPENSSH PRIVATE KEY-----\n"
)
MESSAGE = (
    f"-----BEGIN PGP MESSAGE-----\nVersion: GnuPG v2\n\n{BODY}=Ab3d\n-----END PGP MESSAGE-----\n"
)
TEXT = (
    "Please put this key on the server. It must not be shared.\n\n"
    f"{KEY}\nThen restart it. The old key is revoked on Monday.\n\n{MESSAGE}\nAsk Bo.\n"
)
DIGITS = "                    00:aa:33:1b:24:74:47:1d:36:c9:82:83:f7:c0:41:\n"
CERTIFICATE = f"""\
Certificate:
    Data:
        Version: 3 (0x2)
        Serial Number:
            5d:89:16:68:95:1c:4c:8d:04:aa:2d:94:35:46:13:a2:fc:3d:59:5f
        Signature Algorithm: sha256WithRSAEncryption
        Validity
            Not Before: Nov 30 03:53:43 2026 GMT
            Not After : Feb 28 03:53:43 2027 GMT
        Subject: CN = web.ferry.example, O = Ferry
        Subject Public Key Info:
            Public Key Algorithm: rsaEncryption
                Public-Key: (1024 bit)
                Modulus:
{6 * DIGITS}                Exponent: 65537 (0x10001)
        X509v3 extensions:
            X509v3 Subject Alternative Name:
                DNS:web.ferry.example, DNS:www.ferry.example
    Signature Algorithm: sha256WithRSAEncryption
"""


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_key_is_whole_or_gone_and_names_nothing(end: str) -> None:
    text = TEXT.replace("\n", end)
    made = pieces(lay_out(text), text)
    assert KEY.replace("\n", end) in [piece.rstrip() + end for piece in made]
    assert sum("BEGIN PGP" in piece for piece in made) == 1
    assert keep(text, "restart") == "Then restart it. "
    assert keep(text, "Ask Bo").strip() == "Ask Bo."


def test_keys_among_much_else() -> None:
    text = (
        "# Setup\n\n" + "The harbour has a server of its own. " * 60 + f"\n\n{KEY}\nThat is all.\n"
    )
    layout = lay_out(text)
    own = next(n for n in units(layout) if "BEGIN" in pieces(layout, text)[n])
    assert kept(layout, text, {own}).endswith(KEY + "\n")


def test_what_a_certificate_says_is_below_its_names() -> None:
    written = KEY.replace("OPENSSH PRIVATE KEY", "CERTIFICATE").replace(BODY, 3 * BODY)
    for text in (CERTIFICATE, CERTIFICATE + written):
        said = keep(text, "sha256")
        assert said == (
            "Certificate:\n    Data:\n        Signature Algorithm: sha256WithRSAEncryption\n"
        )
        assert "Validity" in keep(text, "Feb 28")
        assert keep(text, "00:aa").count(DIGITS) == 6  # a number is whole


def test_texts_between_such_lines_are_no_keys() -> None:
    text = "".join(
        f"-----BEGIN DOCUMENT-----\nThe night boat {n} leaves at ten. It is full.\n"
        "-----END DOCUMENT-----\n"
        for n in range(3)
    )
    assert lay_out(text).kind != "armour"
    assert len(units(lay_out(text))) > 3
