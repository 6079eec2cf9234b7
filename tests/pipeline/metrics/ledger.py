"""Entries of a made-up log, as the feed writes them."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from pipeline.metrics.entries import Entry

START = datetime(2026, 7, 6, 8, tzinfo=UTC)


class Ledger:
    """Collects entries; times are given in hours from the start."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._ids = count(1)

    def add(self, entry_type: str, /, *, hours: float = 0, **fields: Any) -> str:
        entry_id = f"{next(self._ids):032x}"
        logged = stamp(hours)
        self.entries.append({"type": entry_type, "id": entry_id, "logged_at": logged, **fields})
        return entry_id

    def holder(self, name: str, size: str = "sme", **fields: Any) -> None:
        self.add("holder", **{"holder": name, "size": size, "sector": "nice-3", "protected_in": "GB", **fields})

    def event(self, case: str, kind: str, hours: float, **facts: Any) -> str:
        known = {"holder": "h1", "platform": "bazaar"} | facts
        return self.add("event", hours=hours, case=case, kind=kind, at=stamp(hours), **known)

    def noticed(self, case: str, hours: float = 10, **facts: Any) -> None:
        """Tell of a case from its opening to its notice, five hours after the decision."""
        self.event(case, "opened", hours - 9, captured_at=stamp(hours - 10), **facts)
        self.event(case, "decided", hours - 5, label="counterfeit", **facts)
        self.event(case, "noticed", hours, notice=f"n-{case}", right_type="trade_mark", **facts)

    def market(self, number: int, **facts: Any) -> list[str]:
        """Tell of so many noticed cases of three holders; return their names."""
        cases = [f"{facts.get('platform', 'bazaar')}-{facts.get('size', 'sme')}-{n}" for n in range(number)]
        size = facts.pop("size", "sme")
        for n in range(3):
            self.holder(f"{size}-{n}", size)
        for n, case in enumerate(cases):
            self.noticed(case, hours=10 + n, holder=f"{size}-{n % 3}", **facts)
        return cases

    def until(self, hours: float) -> None:
        """Let time pass."""
        self.add("policy", hours=hours)


def stamp(hours: float) -> str:
    return (START + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")
