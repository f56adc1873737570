"""Map FHIR R4 to events of the wire: one module a resource type; pure."""
