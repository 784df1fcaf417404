"""One module per suite: ``differences(vector)`` asks the engine and yields a sentence for each answer that differs."""
