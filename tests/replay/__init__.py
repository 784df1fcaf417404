"""The jar replayed over recordings: what it would have sent, against what was sent."""
