"""The browser as oracle: real Chromium and our engines are asked about the same scenarios."""
