"""Writes vector.hex: the canonical bytes of tests/sealed.yaml, spelled out part by part."""

import hashlib
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


canonical = (
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

if __name__ == "__main__":
    with open("vector.hex", "w", encoding="ascii") as file:
        file.write(canonical.hex() + "\n")
