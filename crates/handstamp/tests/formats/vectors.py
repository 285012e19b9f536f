#!/usr/bin/env python3
"""Computes vectors.json from docs/formats.md alone, with Python's hmac and hashlib.

An implementation of its own: it shares no line with the library, so that a mistake in one is not
repeated in the other. Run it as `python3 vectors.py > vectors.json`; the output never changes.
"""

import base64
import hashlib
import hmac
import json


def text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def sha(label: str) -> bytes:
    """Bytes that look random and that everybody can compute again."""
    return hashlib.sha256(label.encode()).digest()


def mac(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, hashlib.sha256).digest()


def hkdf(salt: bytes, material: bytes, info: bytes, length: int) -> bytes:
    """RFC 5869 with SHA-256."""
    key = mac(salt, material)
    out, block, count = b"", b"", 1
    while len(out) < length:
        block = mac(key, block + info + bytes([count]))
        out += block
        count += 1
    return out[:length]


def info(label: str, *parts: bytes) -> bytes:
    return label.encode() + b"\0" + b"".join(bytes([len(part)]) + part for part in parts)


def derive(realm_key: bytes, label: str, length: int, *parts: bytes) -> bytes:
    return hkdf(b"handstamp/1", realm_key, info("handstamp/1 " + label, *parts), length)


def session_id(cell: int, milliseconds: int, random: bytes) -> bytes:
    assert len(random) == 9
    return bytes([cell]) + milliseconds.to_bytes(6, "big") + random


def key_id(realm_key: bytes, realm: str) -> bytes:
    return derive(realm_key, "key id", 3, realm.encode())


def token(realm_key: bytes, realm: str, name: bytes, generation: int, secret: bytes) -> str:
    mac_key = derive(realm_key, "token mac", 32, realm.encode())
    counter = generation.to_bytes(4, "big")
    tag = mac(mac_key, name + counter + secret)[:8]
    return "hst1_" + text(name + counter + secret + key_id(realm_key, realm) + tag)


def successor(realm_key: bytes, name: bytes, generation: int, secret: bytes, nonce: bytes) -> bytes:
    label = info("handstamp/1 successor", name, generation.to_bytes(4, "big"))
    return hkdf(nonce, realm_key + secret, label, 32)


def token_vector(number: int, realm: str, cell: int, milliseconds: int, generation: int) -> dict:
    realm_key = sha(f"realm key {number}")
    name = session_id(cell, milliseconds, sha(f"id {number}")[:9])
    secret = sha(f"secret {number}")
    nonce = sha(f"nonce {number}")[:16]
    form_nonce = sha(f"form {number}")[:16]
    following = successor(realm_key, name, generation, secret, nonce)
    form_key = derive(realm_key, "form token", 32, realm.encode(), name)
    return {
        "realm": realm,
        "realm_key": "hsk1_" + text(realm_key),
        "cell": cell,
        "milliseconds": milliseconds,
        "random": sha(f"id {number}")[:9].hex(),
        "id": "ses_" + text(name),
        "generation": generation,
        "secret": secret.hex(),
        "secret_hash": text(hashlib.sha256(secret).digest()),
        "key_id": key_id(realm_key, realm).hex(),
        "token": token(realm_key, realm, name, generation, secret),
        "nonce": nonce.hex(),
        "successor_secret": following.hex(),
        "successor_token": token(realm_key, realm, name, generation + 1, following),
        "form_key": form_key.hex(),
        "form_nonce": form_nonce.hex(),
        "form_token": text(form_nonce + mac(form_key, form_nonce)[:16]),
    }


def cell_vector(number: int, realm: str, account: str) -> dict:
    key = sha(f"cell key {number}")
    cell = mac(key, realm.encode() + b"\0" + account.encode())[0]
    return {"key": key.hex(), "realm": realm, "account": account, "cell": cell}


def position_vector(number: int) -> dict:
    incarnation = sha(f"incarnation {number}")[:16]
    # Cell 0 has read `number` entries, cell 1 one more, and so on.
    read = b"".join((number + cell).to_bytes(8, "big") for cell in range(256))
    return {"incarnation": incarnation.hex(), "first": number, "position": "log_" + text(incarnation + read)}


print(json.dumps({
    "tokens": [
        token_vector(1, "default", 0, 0, 1),
        token_vector(2, "default", 171, 1_795_000_000_123, 2),
        token_vector(3, "a", 255, 2**48 - 1, 2**32 - 2),
        token_vector(4, "z9-" + "b" * 61, 16, 1_700_000_000_000, 65536),
    ],
    "cells": [
        cell_vector(1, "default", "1"),
        cell_vector(1, "default", "\u00fc\u0146\u012f-account"),
        cell_vector(1, "other", "1"),
        cell_vector(2, "default", "x" * 256),
    ],
    "positions": [position_vector(0), position_vector(2**40)],
}, indent=1))
