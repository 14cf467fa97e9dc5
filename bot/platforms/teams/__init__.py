"""Microsoft Teams: its activities in, its cards out."""
