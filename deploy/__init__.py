"""Ways to run Wiredesk: local mode, the demo, containers."""
