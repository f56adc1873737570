"""Chart a course as a hospital does: observed, rounded, late, and only when a person or a device observes."""
