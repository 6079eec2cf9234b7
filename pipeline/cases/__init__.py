"""Cases: what may happen to one, what its events make of it, and what in a listing is a material change."""

from pipeline.cases.changes import Change, material_changes
from pipeline.cases.fold import fold, standing
from pipeline.cases.identity import case_id_of
from pipeline.cases.transitions import UNDOABLE, allowed_kinds, check, check_unmoved

__all__ = [
    "UNDOABLE",
    "Change",
    "allowed_kinds",
    "case_id_of",
    "check",
    "check_unmoved",
    "fold",
    "material_changes",
    "standing",
]
