"""The local platform: everybody in one terminal, or in one test. No account, no network."""
