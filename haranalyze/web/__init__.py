"""The upload page and its API: drop a recording, read the verdict."""
