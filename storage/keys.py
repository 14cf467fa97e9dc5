"""Encryption of private text: AES-256-GCM, bound to its table, column, row and owner.

A sealed text moved to another row or person does not open. The first key seals, every key opens, so keys can be
rotated: put the new one first, run 'balcony keys rotate', then take the old one away.
"""

import contextlib
import hmac
import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import blake2b, sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_VERSION = b"\x01"
_KEY_ID = 4
_NONCE = 12
_BYTES = 32


class CannotOpen(Exception):
    """A sealed text does not open: the key is missing, or it was changed or moved. Holds no private text."""


class KeyRing:
    """Seals and opens private text."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        """Raises ValueError for no key, or one that is none."""
        if not keys:
            raise ValueError("there is no key")
        raw = [urlsafe_b64decode(key + "=" * (-len(key) % 4)) for key in keys]
        self._ciphers = {_key_id(key): AESGCM(key) for key in raw}
        self._first = _key_id(raw[0])
        self._of_marks = sha256(b"balcony mark" + raw[0]).digest()
        self._of_links = [sha256(b"balcony link" + key).digest() for key in raw]

    def seal(self, text: str, identity: str) -> bytes:
        nonce = os.urandom(_NONCE)
        sealed = self._ciphers[self._first].encrypt(nonce, text.encode(), identity.encode())
        return _VERSION + self._first + nonce + sealed

    def open(self, sealed: bytes, identity: str) -> str:
        """Raises CannotOpen."""
        head = len(_VERSION) + _KEY_ID
        cipher = self._ciphers.get(sealed[len(_VERSION) : head])
        if sealed[: len(_VERSION)] != _VERSION or cipher is None:
            raise CannotOpen(f"no key for {identity}")
        try:
            return cipher.decrypt(sealed[head : head + _NONCE], sealed[head + _NONCE :], identity.encode()).decode()
        except (InvalidTag, ValueError) as error:  # a text cut short is a ValueError
            raise CannotOpen(f"changed or moved: {identity}") from error

    def mark(self, text: str) -> str:
        """The same text has the same mark, and without the key nobody can try which text a mark is of."""
        return blake2b(text.encode(errors="surrogatepass"), key=self._of_marks, digest_size=16).hexdigest()

    def sign(self, text: str) -> str:
        """A signature that nobody can make without a key, in letters that an address may have."""
        return _signature(self._of_links[0], text)

    def has_signed(self, text: str, signature: str) -> bool:
        """Whether any of the keys made this signature of the text."""
        given = signature.encode(errors="replace")
        return any(hmac.compare_digest(_signature(key, text).encode(), given) for key in self._of_links)

    def is_current(self, sealed: bytes) -> bool:
        """Whether the first key sealed it."""
        return sealed[len(_VERSION) : len(_VERSION) + _KEY_ID] == self._first


def new_key() -> str:
    """A fresh key, as BALCONY_KEYS wants it."""
    return urlsafe_b64encode(os.urandom(_BYTES)).decode().rstrip("=")


def key_file(path: Path) -> tuple[str, ...]:
    """The keys in that file; it is made, readable by its owner alone, if it is not there. Raises OSError."""
    if not path.exists():
        _make_key_file(path)
    return tuple(path.read_text().split())


def _make_key_file(path: Path) -> None:
    """The file appears whole, and of several processes that start at once the first one's key stays."""
    own = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(new_key() + "\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(own, path)
    finally:
        own.unlink()


def _signature(key: bytes, text: str) -> str:
    made = hmac.digest(key, text.encode(errors="surrogatepass"), sha256)
    return urlsafe_b64encode(made).decode().rstrip("=")


def _key_id(key: bytes) -> bytes:
    return sha256(b"balcony key id" + key).digest()[:_KEY_ID]
