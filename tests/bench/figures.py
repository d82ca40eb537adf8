"""What was measured, and how it is shown: beside a baseline of the same run, and the aim."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One row: `ours` and `baseline` in `unit`, `cpu` what one of ours took, in µs of one core."""

    name: str
    ours: float
    baseline: float
    unit: str
    aim: float | None = None
    cpu: float | None = None
    note: str = ""

    @property
    def reached(self) -> str:
        """Whether the aim was reached; a time or a size should be small, a rate large."""
        if self.aim is None:
            return ""
        small = self.unit in ("s", "ms", "MiB", "fetches")
        good = self.ours <= self.aim if small else self.ours >= self.aim
        return f"{'≤' if small else '≥'} {self.aim:,.0f} {'yes' if good else 'NO'}"


HEAD = f"{'':34}{'ours':>11}{'baseline':>11}{'ratio':>8}{'CPU µs':>9}  {'unit':11}{'aim':14}"


def line(one: Figure) -> str:
    """A row of the table."""
    ratio = f"{one.ours / one.baseline:8.3f}" if one.baseline else f"{'':8}"
    cpu = f"{one.cpu:9,.0f}" if one.cpu is not None else f"{'':9}"
    shown = f"{one.name:34}{one.ours:11,.2f}{one.baseline:11,.2f}{ratio}{cpu}"
    return f"{shown}  {one.unit:11}{one.reached:14}{one.note}".rstrip()
