"""Balcony: a bot that keeps a systems-leadership programme alive between its workshops."""
