"""The web demo: the same answers as in the window, in a browser on this computer."""
