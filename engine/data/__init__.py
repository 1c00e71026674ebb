"""The data: reading, checking, splitting and caching images."""
