"""What the text of a listing says: registered word marks, however written, and the vocabulary of the trade."""

from detectors.text.coded_vocabulary import CodedVocabulary
from detectors.text.mark_in_photo import MarkInPhoto
from detectors.text.mark_in_text import MarkInText

__all__ = ["CodedVocabulary", "MarkInPhoto", "MarkInText"]
