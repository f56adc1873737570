"""Oxygen as it is charted: the device, with the flow or the FiO2 that belongs to it (criteria.md section 3, `oxygen-requirement`)."""

from __future__ import annotations

from simulators.latent import DEVICES, Chunk
from simulators.writing.lines import Fields, reading


def oxygen(chunk: Chunk, row: int, bed: int) -> list[Fields]:
    """The readings of a bed in a minute; none on room air, which is charted when it changes and not each hour."""
    device = DEVICES[int(chunk.support["o2-device"][row, bed])]
    if device == "room-air":
        return []
    flow, fio2 = float(chunk.support["o2-flow"][row, bed]), float(chunk.support["fio2"][row, bed])
    return device_readings(device, flow, fio2)


def device_readings(device: str, flow: float | None, fio2: float | None) -> list[Fields]:
    """The device always; a flow on a cannula, a FiO2 above that of air on a mask or ventilator."""
    said = [reading("o2-device", device)]
    if device == "nasal-cannula" and flow is not None:
        said.append(reading("o2-flow", round(flow, 4), "L/min"))
    elif device in ("mask", "ventilator") and fio2 is not None and fio2 > 21:
        said.append(reading("fio2", round(fio2), "%"))
    return said
