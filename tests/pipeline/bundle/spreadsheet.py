"""A spreadsheet small enough to read: evaluates the formulas that the workbook uses, with SciPy's beta distribution."""

import re
from typing import Any

import numpy as np
from openpyxl.workbook.workbook import Workbook
from scipy.stats import beta

_RANGE = re.compile(r"(?:(\w+)!)?\$?([A-Z])\$?(\d+):\$?([A-Z])\$?(\d+)")
_CELL = re.compile(r"(?<![\w\"'!])(?:(\w+)!)?([A-Z])(\d+)\b(?!\()")


class Spreadsheet:
    """Evaluates cells of a workbook, those they refer to first."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._known: dict[tuple[str, str], Any] = {}
        self._functions = {
            "IF_": lambda test, yes, no: yes() if test() else no(),
            "BETA_INV": lambda p, a, b: float(beta.ppf(p, a, b)),
            "SUM": np.sum,
            "SUMPRODUCT": lambda *parts: float(np.sum(np.prod(np.array(parts), axis=0))),
            "SQRT": np.sqrt,
            "MAX": max,
            "MIN": min,
            "ABS": abs,
            "AND": lambda *parts: all(parts),
            "cell": self.value,
            "area": self._area,
        }

    def value(self, sheet: str, place: str) -> Any:
        if (sheet, place) not in self._known:
            raw = self._book[sheet][place].value
            formula = isinstance(raw, str) and raw.startswith("=")
            self._known[sheet, place] = self._evaluate(sheet, raw[1:]) if formula else raw
        return self._known[sheet, place]

    def _area(self, sheet: str, column: str, first: int, last: int) -> np.ndarray[Any, Any]:
        return np.array([self.value(sheet, f"{column}{line}") for line in range(first, last + 1)], dtype=float)

    def _evaluate(self, sheet: str, formula: str) -> Any:
        text = formula.replace("_xlfn.BETA.INV", "BETA_INV").replace("^", "**")
        text = _RANGE.sub(lambda m: f'area("{m[1] or sheet}","{m[2]}",{m[3]},{m[5]})', text)
        text = re.sub(r"IF\(([^=(]+)=([^,]+),([01]),", r"IF_(lambda: \1==\2,lambda: \3,lambda: ", text)
        parts = re.split(r'("[^"]*")', text)
        text = "".join(p if p.startswith('"') else _CELL.sub(rf'cell("{sheet}","\2\3")', p) for p in parts)
        return eval(text, {"__builtins__": {}, **self._functions})  # noqa: S307  formulas of our own making
