"""The engines against the test vectors of browsers, cookie jars and caches. The format is in vectors/README.md."""
