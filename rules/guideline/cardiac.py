"""Declare the cardiac rows of Table 3."""

from rules.guideline.declarations import ExcusedRateRow, FindingRow, Limit, Sustained, UpperLimitRow
from rules.wire.instants import HOUR, MINUTE

ROWS = (
    ExcusedRateRow(
        code="sinus-tachycardia",
        system="cardiac",
        unit="/min",
        source="Table 3, cardiac, row 1",
        words="Heart rate",
        # [choice] 30 min and the clearing limits and the unexcused rate (criteria.md section 3.1)
        relative=Sustained(Limit(">=", 120), Limit("<", 115), 30 * MINUTE),
        absolute=Sustained(Limit(">", 130), Limit("<", 125), 30 * MINUTE),
        unexcused=Sustained(Limit(">", 150), Limit("<=", 150), 30 * MINUTE),
        monitored_by="vital-signs",
        not_sinus=("atrial-fibrillation", "supraventricular-tachycardia"),
        not_sinus_words="Ventricular rate",
        fever=Limit(">=", 38.0),
        fever_age=4 * HOUR,
    ),
    FindingRow(
        code="atrial-fibrillation",
        system="cardiac",
        source="Table 3, cardiac, row 2",
        words="Atrial fibrillation",
        absolute=("atrial-fibrillation",),
    ),
    FindingRow(
        code="supraventricular-tachycardia",
        system="cardiac",
        source="Table 3, cardiac, row 3",
        words="Supraventricular tachycardia",
        absolute=("supraventricular-tachycardia",),
    ),
    FindingRow(
        code="ventricular-arrhythmia",
        system="cardiac",
        source="Table 3, cardiac, row 4",
        words="Ventricular arrhythmia",
        absolute=("ventricular-arrhythmia",),
    ),
    UpperLimitRow(
        code="cardiac-enzymes",
        system="cardiac",
        source="Table 3, cardiac, row 5",
        words="CK-MB or troponin",
        labs=("ck-mb", "troponin-t", "troponin-i"),
        screen="ck",
    ),
    FindingRow(
        code="ecg-ischemia",
        system="cardiac",
        source="Table 3, cardiac, row 6",
        words="ECG changes of ischemia",
        absolute=("ecg-ischemia",),
    ),
)
