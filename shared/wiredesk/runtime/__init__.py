"""A service as a process: a handler and settings come in; a process that can be watched and stopped comes out.

Needs the extra `engine`. Read in this order: `service` (`run`: settings, resources, Kafka, signals, exit code),
`command_line` (help and version), `settings`, `health` (/livez, /readyz, /metrics), `logs`, `pool` (CPU work in
processes of its own).
"""
