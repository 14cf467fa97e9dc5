"""The checker: a program apart, `python checker.py TOLD URL KEY`. It knows what was delivered and acknowledged, and the rows.

Each event that was acknowledged must be there once, any other once at the most, and nothing that nobody sent. Ends with 1
if that is not so.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy
from sqlalchemy import text
from sqlalchemy.engine import make_url

from storage.keys import KeyRing

SHOWN = 5  # examples of each


def main() -> int:
    told_path, url, key = sys.argv[1:]
    told = [json.loads(line) for line in Path(told_path).read_text().splitlines()]
    effects = Counter(_effects(url, KeyRing((key,))))
    sent = {one["words"] for one in told}
    findings = {
        "acknowledged as kept, and not there": [one["words"] for one in told if one["kept"] and not effects[one["words"]]],
        "acknowledged, and not there": [one["words"] for one in told if one["acked"] and not effects[one["words"]]],
        "never acknowledged": [one["words"] for one in told if not one["acked"]],
        "there more than once": [words for words, count in effects.items() if count > 1],
        "there, and never sent": [words for words in effects if words not in sent],
    }  # fmt: skip
    print(f"  {len(told):,} events, {sum(effects.values()):,} effects")
    for promise, found in findings.items():
        print(f"  {promise:<58} {len(found):>6}{': ' + ', '.join(found[:SHOWN]) if found else ''}")
    return 1 if any(findings.values()) or sum(effects.values()) != len(told) else 0


def _effects(url: str, keys: KeyRing) -> Iterator[str]:
    """The words of every commitment and of every page."""
    engine = sqlalchemy.create_engine(make_url(url).set(drivername=_plain(url)))
    with engine.connect() as connection:
        for row in connection.execute(text("SELECT id, member_id, what_sealed FROM commitment")):
            yield keys.open(bytes(row.what_sealed), f"commitment|what|{row.id}|{row.member_id}")
        for row in connection.execute(text("SELECT id, member_id, body_sealed FROM reflection")):
            [(_, words)] = json.loads(keys.open(bytes(row.body_sealed), f"reflection|body|{row.id}|{row.member_id}"))
            yield words
    engine.dispose()


def _plain(url: str) -> str:
    return "sqlite" if url.startswith("sqlite") else "postgresql+psycopg"


if __name__ == "__main__":
    sys.exit(main())
