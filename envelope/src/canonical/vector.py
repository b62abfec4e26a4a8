"""Writes vector.hex and groups.hex: the canonical bytes of tests/sealed.yaml and tests/groups.yaml, spelled out part by part;
and prints the seal of the second under a data key of 32 bytes, each of them 7."""

import hashlib
import hmac
import struct


def n(number):
    return struct.pack(">I", number)


def s(value):
    data = value.encode() if isinstance(value, str) else value
    return n(len(data)) + data


def clear(kind, value):
    return b"\x03" + s(kind) + s(value)


def sealed(kind, data):
    return b"\x04" + s(kind) + s(data) + s(bytes([1] * 32)) + s(bytes([2] * 16))


def mapping(**entries):
    pairs = sorted((key.encode(), node) for key, node in entries.items())
    return b"\x01" + n(len(pairs)) + b"".join(s(key) + node for key, node in pairs)


def sequence(*nodes):
    return b"\x02" + n(len(nodes)) + b"".join(nodes)


def key(recipient, enc):
    return s("age") + s(recipient) + hashlib.sha256(enc).digest()


def seal(data_key, covered):
    """HMAC-SHA-256 under HKDF-SHA-256 (RFC 5869) of the data key, one block, no salt."""
    extracted = hmac.digest(bytes(32), data_key, "sha256")
    derived = hmac.digest(extracted, b"signet.dev/seal/v1" + b"\x01", "sha256")
    return hmac.digest(derived, covered, "sha256")


one_group = (
    s("signet.dev/seal/v1") + s("6f1c0d") + s("team-a")
    + n(1) + s("prod")
    + s("tenants/team-a/prod/db.yaml") + s("yaml")
    + s("encrypted_regex") + s("^(data|stringData)$") + b"\x00"
    + n(0) + n(1)
    + n(1) + s("age") + s("age1teama") + hashlib.sha256(b"wrapped\n").digest()
    + n(1)
    + mapping(
        apiVersion=clear("str", "v1"),
        kind=clear("str", "Secret"),
        metadata=mapping(name=clear("str", "db")),
        stringData=mapping(
            password=sealed("str", "hunter2"),
            port=sealed("int", "5432"),
            empty=clear("str", ""),
            nothing=b"\x00",
        ),
    )
)

two_groups = (
    s("signet.dev/seal/v1") + s("6f1c0d") + s("team-a")
    + n(2) + s("prod") + s("stage")
    + s("tenants/team-a/prod/db.yaml") + s("yaml")
    + s("encrypted_regex") + s("^secret$") + b"\x01"
    + n(2) + n(2)
    + n(2) + key("age1amy", b"second") + key("age1zoe", b"first")
    + n(1) + key("age1bob", b"third")
    + n(2)
    + mapping(
        kind=clear("str", "Config"),
        spec=mapping(
            items=sequence(clear("str", "a"), clear("int", "5"), mapping(open=clear("bool", "True"))),
            ratio=clear("float", "1.5"),
            secret=sequence(sealed("str", "one"), sealed("bool", "true")),
            since=clear("time", "2026-01-02T03:04:05Z"),
        ),
    )
    + mapping(off=clear("bool", "False"))
)

if __name__ == "__main__":
    for name, covered in ("vector.hex", one_group), ("groups.hex", two_groups):
        with open(name, "w", encoding="ascii") as file:
            file.write(covered.hex() + "\n")
    print(seal(bytes([7] * 32), two_groups).hex())
