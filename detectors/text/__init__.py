"""What the text of a listing says: registered word marks, however written, and the vocabulary of the trade."""

from detectors.text.mark_in_text import MarkInText

__all__ = ["MarkInText"]
