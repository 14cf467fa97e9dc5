"""The command line, one module for each word after `balcony`. Imports inside the commands keep the start short."""
