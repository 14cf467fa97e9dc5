"""Who to introduce to whom: pure, the same people and history always give the same groups.

`similarity` is plain word overlap for now, behind one function.
"""

from bot.matching.pairing import Candidate, Plan, plan
from bot.matching.similarity import similarity

__all__ = ["Candidate", "Plan", "plan", "similarity"]
