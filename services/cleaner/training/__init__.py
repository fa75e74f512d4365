"""How the cleaner's weights are made: pages with known bodies in, plain numbers out. No service imports it."""
