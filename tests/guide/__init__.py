"""The user guide: its pictures are made here from the window itself, and its links are checked."""
