"""What the chart takes from the code: topics, users with their rights, groups, settings, what is no web, alarms.

`python -m deploy.kubernetes` (`make kubernetes`) writes it into the chart and renders `base/` with helm. No template
names a topic, a group or a right: tests/deploy fails when what is written no longer agrees with the code.
"""
