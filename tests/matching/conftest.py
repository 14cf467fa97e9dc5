"""One encoder for all these tests: opening it takes a moment."""

import pytest

from bot.matching.encoder import Encoder, best_encoder


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    return best_encoder()
