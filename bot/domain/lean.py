"""What a programme's introductions lean to: closer to each one's issue, or wider bridges between people far apart."""

from collections.abc import Mapping

BALANCED = "balanced"

# What joining islands is worth, times this. The default was measured: it costs about 1 % of likeness (docs/why.md).
LEANS: Mapping[str, float] = {"closer": 0.0, BALANCED: 1.0, "wider": 2.0}
