"""The window: faces over the engine. Importing it imports no torch, sklearn, pandas or matplotlib."""
