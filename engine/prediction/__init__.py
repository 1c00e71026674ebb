"""The answer for an image."""
