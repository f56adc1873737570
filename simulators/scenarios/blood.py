"""Courses that the marrow decides."""

from simulators.scenario import Expected, Imposed, Scenario

THROMBOCYTOPENIA_BLEEDING = Scenario(
    name="thrombocytopenia-bleeding",
    says=(
        "Platelets fall below 30 and blood shows in the stool, first found by guaiac, then seen. It rehearses two rows of one system that count "
        "apart, and transfusion below 20."
    ),
    expected=(Expected("platelets", "absolute"), Expected("bleeding", "absolute")),
    imposed=(
        Imposed("thrombocytopenia", (32, 40), (72, 84), (1.1, 1.15)),
        Imposed("bleeding", (56, 60), (20, 24), (1, 1)),
        Imposed("bleeding", (64, 66), (6, 8), (2, 2)),
    ),
)
