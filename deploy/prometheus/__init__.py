"""What Prometheus takes: where the services are (`prometheus.yaml`), the alarms (`rules.yaml`) and their test cases."""
