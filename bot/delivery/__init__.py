"""Carries what is in the outbox to where it belongs, once.

courier.py takes what is due, gate.py decides whether now is the time, errands.py says one message and writes down what
came of it, outcome.py what a failure means.
"""

from bot.delivery.courier import AT_ONCE as AT_ONCE
from bot.delivery.courier import PER_WORKSPACE as PER_WORKSPACE
from bot.delivery.courier import Courier as Courier
from bot.delivery.outcome import GIVE_UP_AFTER as GIVE_UP_AFTER
from bot.delivery.outcome import Delivered as Delivered
from bot.delivery.outcome import Waits as Waits
