"""What processes tell Prometheus: `known` lists it, `registry` makes it, `child_processes` adds what a pool uses."""
