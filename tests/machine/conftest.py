"""Both databases, each with a loop of its own, for every program of a run."""

from collections.abc import Iterator

import pytest

from tests.machine.arena import Arena, arena
from tests.machine.ground import postgres_ground, sqlite_ground


@pytest.fixture(scope="session")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    with arena(sqlite_ground(tmp_path_factory.mktemp("machine"))) as made:
        yield made


@pytest.fixture(scope="session")
def on_postgres(postgres_server: str) -> Iterator[Arena]:
    with arena(postgres_ground(postgres_server)) as made:
        yield made
