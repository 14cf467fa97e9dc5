"""Slack. The only folder that imports slack_bolt and slack_sdk."""
