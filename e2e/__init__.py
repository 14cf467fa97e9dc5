"""Real clients, driven as a person would: `local_slack` starts a Slack, `browser` sits people in front of it."""
