"""Who to introduce to whom: pure, the same people and history always give the same groups.

A text becomes a portrait (`portrait`), from the list of `topics` and what the `encoder` heard; two people's portraits
and ticks become a `reason` to introduce them. `planning` makes a round of all that, and `network` says who is tied to whom.
"""

import os

# Before any module here brings in NumPy: its threads make small matrices slower, and a busy machine much slower.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
