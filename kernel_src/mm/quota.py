"""How much of something its owner may have, and has.

Quotas form a tree: what is charged to one is charged to all above it, up to the root, which stands
for the machine. A charge that any of them refuses is charged to none. Processors may charge at the
same time without a lock.
"""
from __future__ import annotations

from pykern.lang import Atomic, Error, Order, Ptr, raises, struct, u64


class OverQuota(Error):
    """The owner, or who answers for the owner, may have no more."""


@struct
class Quota:
    limit: u64
    parent: Ptr[Quota] | None = None
    used: Atomic[u64] = Atomic(0)
    peak: Atomic[u64] = Atomic(0)  # the most that was ever used at a time
    refused: Atomic[u64] = Atomic(0)  # charges that this quota itself refused

    @raises(OverQuota)
    def charge(self, amount: u64) -> None:
        if not self.charge_here(amount):
            self.refused.fetch_add(1, Order.RELAXED)
            raise OverQuota
        if self.parent is not None:
            try:
                self.parent.charge(amount)
            except OverQuota:
                self.release_here(amount)
                raise
        self.note_peak(self.used.load(Order.RELAXED))

    def release(self, amount: u64) -> None:
        """Takes back a charge, here and above."""
        self.release_here(amount)
        if self.parent is not None:
            self.parent.release(amount)

    def left(self) -> u64:
        """What a charge here can be at most, as far as this quota goes."""
        used = self.used.load(Order.RELAXED)
        return self.limit - used if used < self.limit else 0

    def charge_here(self, amount: u64) -> bool:
        used = self.used.load(Order.RELAXED)
        while True:
            if used > self.limit or amount > self.limit - used:
                return False
            used, done = self.used.compare_exchange(used, used + amount, Order.ACQ_REL)
            if done:
                return True

    def note_peak(self, used: u64) -> None:
        peak = self.peak.load(Order.RELAXED)
        while peak < used:
            peak, done = self.peak.compare_exchange(peak, used, Order.RELAXED)
            if done:
                return

    def release_here(self, amount: u64) -> None:
        before = self.used.fetch_sub(amount, Order.ACQ_REL)
        assert before >= amount, f"{amount} given back, but only {before} were charged"
