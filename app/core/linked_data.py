"""JSON-LD that is signed: a closed set of vocabularies, no lost term, an `eddsa-rdfc-2022` proof.

W3C Verifiable Credential Data Integrity 1.0 and Data Integrity EdDSA Cryptosuites 1.0. Only our own
documents are canonicalised: the time it takes for a hostile one has no bound.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from app.config import ROOT
from app.core.keys import Key
from app.core.multibase import base58

FOLDER = ROOT / "build" / "contexts"
CREDENTIALS = "https://www.w3.org/ns/credentials/v2"
BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
_FILES = {CREDENTIALS: "credentials", BADGES: "badges", EXTENSIONS: "extensions"}
#: A term that no vocabulary knows ends up under this address, which names nothing (RFC 2606).
_UNDEFINED = "https://undefined.invalid/"

Document = Mapping[str, Any]


class UndefinedTerm(Exception):
    """Raised when a part of a document has no meaning in its vocabularies: it would be unsigned."""


class VocabularyRefused(Exception):
    """Raised for a vocabulary that is not among ours, or that `make assets` has not put there."""


def signed(document: Document, key: Key, method: str, created: str) -> dict[str, Any]:
    """The document with its proof by an Ed25519 key whose address is `method`.

    Raises UndefinedTerm or VocabularyRefused.
    """
    refuse_undefined(document)
    proof = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": created,
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    }
    options = _digest({"@context": document["@context"], **proof})
    value = key.ed25519.sign(options + _digest(document))
    return {**document, "proof": {**proof, "proofValue": "z" + base58(value)}}


def refuse_undefined(document: Document) -> None:
    """Raise UndefinedTerm for types and keys that the vocabularies do not define.

    The library signs such a document without a word and leaves those parts out of the signature.
    """
    from pyld import jsonld  # noqa: PLC0415 (only the worker and a few pages need it)

    options = {"base": _UNDEFINED, "documentLoader": _load}
    expanded = jsonld.expand(document, options)
    if unknown := [text for text in _texts(expanded) if text.startswith(_UNDEFINED)]:
        raise UndefinedTerm(", ".join(unknown))
    context = {"@context": document["@context"]}
    kept = set(_paths(jsonld.compact(expanded, context, options)))
    if lost := set(_paths(document)) - kept:
        raise UndefinedTerm(", ".join(sorted(lost)))


def _digest(document: Document) -> bytes:
    from pyld import jsonld  # noqa: PLC0415 (see above)

    options = {
        "algorithm": "URDNA2015",
        "format": "application/n-quads",
        "documentLoader": _load,
    }
    quads: str = jsonld.normalize(document, options)
    return hashlib.sha256(quads.encode()).digest()


def _load(address: str, _options: Any = None) -> dict[str, Any]:
    """Nothing is ever fetched: what is not here is refused."""
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": address,
        "document": _vocabulary(address),
    }


@cache
def _vocabulary(address: str) -> Any:
    path = FOLDER / f"{_FILES.get(address, '-')}.json"
    if not path.is_file():
        raise VocabularyRefused(f"{address} is not among our vocabularies: run `make assets`.")
    return json.loads(path.read_text(encoding="utf-8"))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for one in value.values() for text in _texts(one))
    elif isinstance(value, list):
        yield from (text for one in value for text in _texts(one))


def _paths(value: Any, above: str = "") -> Iterator[str]:
    """The way to every key; a list of one is as good as its content."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key != "@context":
                yield f"{above}/{key}"
                yield from _paths(inner, f"{above}/{key}")
    elif isinstance(value, list):
        for inner in value:
            yield from _paths(inner, above)
