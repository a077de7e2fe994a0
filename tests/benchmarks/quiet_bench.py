"""Nothing has changed: what one exchange of a device with 2 000 documents in 5 assemblies costs."""

from __future__ import annotations

import statistics
from pathlib import Path

from tests.benchmarks.receiving_world import annexes, receiving_world
from tests.helpers.measure import FIGURES, Scale, report

COUNCILS, ANNEXES, SIZE = 5, 398, 2_000


def measure(scratch: Path, scale: Scale = FIGURES) -> None:
    """Measure round trips, bytes and processor time of an exchange without news."""
    councils, count = scale.of(COUNCILS, 2), scale.of(ANNEXES, 2)
    with receiving_world(scratch, councils) as world:
        for number in range(councils):
            folder = annexes(scratch / f"papers{number}", count, SIZE, number)
            world.publish(folder, number)
        profile = scratch / "device"
        received = world.receive(profile)
        assert received["files"] == councils * (count + 2)
        # The receipts of what was received go up, and their echo comes down.
        world.again(profile)
        known = len(world.front.requests())
        costs = [world.again(profile) for _ in range(scale.rounds)]
        seen = world.front.requests()[known:]
    trips = sum("/exchange" in each.path for each in seen) / scale.rounds
    moved = [each.sent + each.received for each in seen if "/exchange" in each.path]
    facts = (
        ("round trips with news asked", trips, "requests", 1),
        ("bytes of the exchange, headers included", statistics.median(moved), "bytes", 2_000),
        ("processor time", statistics.median(each["cpu"] for each in costs) * 1000, "ms", 50),
    )
    held = f"{councils * (count + 2):,} documents, {councils} assemblies"
    for figure, value, unit, goal in facts:
        report(
            f"nothing changed, {held}: {figure}",
            value, unit, peer=f"the goal, {goal} {unit}", peer_value=goal, goal="<= 1.0",
            note="a process that starts also asks for its token once: two small requests",
        )  # fmt: skip
