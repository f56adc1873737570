"""Take what hospital interfaces send, HL7 v2 and FHIR, and publish it as events of the wire.

Source: docs/spec/feeds.md. Where each part lives:

| part | module |
|---|---|
| a message in, wire events, dead letter and verdict out: the type every handler returns | `mapping.handled` |
| the wire's events as they are written | `mapping.wire_events` |
| the settings of one feed that the mapping needs, as values | `mapping.feed_rules` |
| the code map: rows, look-up by system, code, name, sub-id and unit | `mapping.code_map` |
| its check digits; its lint | `mapping.check_digits`, `mapping.map_lint` |
| its built-in rows as data; reading them and a site's files | `maps/*.csv`, `map_files` |
| times of HL7 v2 and FHIR, zones, the hour that happens twice | `mapping.times` |
| numbers, comparators, reference ranges, sentinels | `mapping.values` |
| units as the wire takes them | `mapping.unit_words` |
| ids of events | `mapping.identity` |
| what was sent before, and what of the new is `corrected` | `mapping.corrections` |
| which patient, aliases, merges | `mapping.patients` |
| who lay in which bed | `mapping.beds` |
| an event is what the worker will take, its canonical digest | `mapping.vetting` |
| the dead letter of a message | `mapping.letters` |
| HL7 v2: split, decode, answer, one module a message type | `mapping/hl7/` |
| FHIR R4: one module a resource type | `mapping/fhir/` |
| the `[feeds.NAME]` tables as rules | `configured` (keys: `streams.config.feeds`) |
| captured files: imports, and `feed check` | `offline`, `offline_fhir`, `checking`, `checking_fhir` |
| the running services: listener, producer, tables, alarms; dead letters sent again | `service/` |

`mapping` is pure: no clock, no file, no broker. All state it needs is an argument (`mapping.tables`).
"""
