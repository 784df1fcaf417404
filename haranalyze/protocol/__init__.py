"""HTTP grammar and algorithms: pure functions and values; knows no capture."""
