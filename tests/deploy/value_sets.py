"""Values that people may give, from nothing to everything of their own."""

from typing import Any

LOGIN = {"secretName": "of-kafka"}
OWN_POSTGRES = {"cloudnativepg": {"enabled": False}, "external": {"dsn": {"secretName": "of-postgres"}, "port": 6432}}
CONTROLLER = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "ingress"}}}


def external(protocol: str, **more: Any) -> dict[str, Any]:
    servers = "kafka-1.example.org:9093,kafka-2.example.org:9094"
    named = {"bootstrapServers": servers, "securityProtocol": protocol, **more}
    return {"strimzi": {"enabled": False}, "external": named}


SETS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "everything": {
        "image": {"registry": "registry.example", "tag": "1.2.3", "pullSecrets": [{"name": "puller"}]},
        "settings": {"WIREDESK_LOG__LEVEL": "DEBUG"},
        "fetcher": {
            "settings": {
                "WIREDESK_FETCHER__CONTACT": "you@example.org",
                "WIREDESK_FETCHER__PORTS": "80,443,8443",
                "WIREDESK_FETCHER__ALLOW_ADDRESSES": "10.20.0.0/16, fd12::/16",
                "WIREDESK_FETCHER__BACKLOG_LANE": "backfill",
                "WIREDESK_FETCHER__WEBSUB_URL": "https://wire.example.org/websub",
                "WIREDESK_FETCHER__BOT_DIRECTORY": "https://bot.example.org",
                "WIREDESK_FETCHER__ARCHIVE_DIR": "/archive",
            },
            "botKey": {"secretName": "of-the-bot"},
            "extraVolumes": [{"name": "archive", "emptyDir": {}}],
            "extraVolumeMounts": [{"name": "archive", "mountPath": "/archive"}],
            "tolerations": [{"key": "web", "operator": "Exists"}],
            "podAnnotations": {"example.org/of": "the-fetcher"},
        },
        "cleaner": {"settings": {"WIREDESK_CLEANER__MAX_PAGE_BYTES": 5242880, "WIREDESK_CLEANER__WORKERS": 2}},
        "storage": {"extraEnv": [{"name": "WIREDESK_STORAGE__CONNECTIONS", "value": "6"}]},
        "desk": {
            "reachesWeb": True,
            "settings": {
                "WIREDESK_DESK__TRUSTED_PROXIES": "10.0.0.0/8",
                "WIREDESK_DESK__WEBHOOK_ADDRESSES": "10.30.0.0/16",
            },
            "nodeSelector": {"disk": "fast"},
            "priorityClassName": "people",
        },
        "ingress": {
            "enabled": True,
            "className": "nginx",
            "hosts": [{"host": "wire.example.org"}],
            "tls": [{"secretName": "wire-tls", "hosts": ["wire.example.org"]}],
        },
        "metrics": {
            "podMonitor": {"enabled": True, "labels": {"release": "prometheus"}},
            "dashboards": {"enabled": True},
        },
        "networkPolicy": {"clients": [CONTROLLER], "extraEgress": [{"ports": [{"port": 4317}]}]},
        "kafka": {"strimzi": {"version": "4.2.0", "storage": {"class": "fast"}, "config": {"num.io.threads": 16}}},
        "postgres": {
            "cloudnativepg": {
                "storage": {"class": "fast"},
                "parameters": {"max_wal_size": "8GB"},
                "extraSpec": {"walStorage": {"size": "20Gi"}, "instances": 5},
            }
        },
    },
    "a lane beside another release": {
        "lane": "backfill",
        "metrics": {"podMonitor": {"enabled": True}},
        "kafka": {"strimzi": {"createCluster": False, "clusterName": "wiredesk"}},
        "postgres": {"cloudnativepg": {"createCluster": False, "clusterName": "wiredesk-postgres"}},
    },
    "one broker to try it": {
        "kafka": {"replicationFactor": 1, "strimzi": {"brokers": 1}},
        "postgres": {"cloudnativepg": {"instances": 1}},
        "podDisruptionBudget": {"enabled": False},
        "topologySpread": {"enabled": False},
        "metrics": {"annotations": False},
    },
    "everything elsewhere": {
        "kafka": external("SASL_SSL", login=LOGIN, ca={"secretName": "of-the-ca"}, brokerPorts=[9095]),
        "postgres": OWN_POSTGRES,
        "topicsJob": {"login": {"secretName": "of-the-operator"}},
    },
    "everything elsewhere, by certificate": {
        "kafka": external("SSL", certificate={"secretName": "of-us"}, ca={"secretName": "of-the-ca"}),
        "postgres": OWN_POSTGRES,
    },
    "everything elsewhere, open, scaled by hand": {
        "kafka": external("PLAINTEXT"),
        "postgres": OWN_POSTGRES,
        "keda": {"enabled": False},
        "networkPolicy": {"enabled": False},
        "topicsJob": {"enabled": False},
        "podDisruptionBudget": {"enabled": False},
        "topologySpread": {"enabled": False},
        "metrics": {"annotations": False},
        "tagger": {"replicas": 4},
    },
    "more partitions than at first": {"kafka": {"partitions": 24}, "tagger": {"scaling": {"maxReplicas": 24}}},
    "as many replicas as partitions with lag": {"keda": {"evenPartitions": False}},
}

# What is refused, and a part of what is said.
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a misspelt value": ({"taggre": {}}, "taggre"),
    "a misspelt setting": ({"tagger": {"settings": {"WIREDESK_TAGGER__WORKRES": 2}}}, "WIREDESK_TAGGER__WORKRES"),
    "a setting of another service": ({"tagger": {"settings": {"WIREDESK_CLEANER__WORKERS": 2}}}, "WIREDESK_CLEANER"),
    "a setting out of bounds": ({"cleaner": {"settings": {"WIREDESK_CLEANER__WORKERS": 0}}}, "WORKERS"),
    "a password": ({"settings": {"WIREDESK_KAFKA__SASL_PASSWORD": "hunter2"}}, "WIREDESK_KAFKA__SASL_PASSWORD"),
    "an address with a password": ({"storage": {"settings": {"WIREDESK_STORAGE__DSN": "postgresql://"}}}, "DSN"),
    "a desk for two": ({"desk": {"replicas": 2}}, "desk"),
    "memory of another kind": ({"tagger": {"resources": {"memory": "2 GB"}}}, "memory"),
    "more replicas than partitions": ({"tagger": {"scaling": {"maxReplicas": 24}}}, "12 partitions"),
    "more replicas by hand than partitions": (
        {"keda": {"enabled": False}, "cleaner": {"replicas": 13}}, "Set cleaner.replicas to 12 at most",
    ),
    "no Kafka": ({"kafka": {"strimzi": {"enabled": False}}}, "kafka.external.bootstrapServers"),
    "no login": ({"kafka": external("SASL_SSL")}, "kafka.external.login.secretName"),
    "a certificate that is never shown": (
        {"kafka": external("PLAINTEXT", certificate={"secretName": "of-us"})}, "never shown",
    ),
    "a server without a port": ({"kafka": external("PLAINTEXT", bootstrapServers="kafka")}, "bootstrapServers"),
    "no PostgreSQL": ({"postgres": {"cloudnativepg": {"enabled": False}}}, "postgres.external.dsn.secretName"),
    "a lane in a cluster without a name": ({"kafka": {"strimzi": {"createCluster": False}}}, "clusterName"),
    "more copies than brokers": ({"kafka": {"strimzi": {"brokers": 1}}}, "kafka.replicationFactor 3"),
    "an ingress for nobody": ({"ingress": {"enabled": True}}, "ingress.hosts"),
    "an ingress whose controller is kept out": (
        {"ingress": {"enabled": True, "hosts": [{"host": "wire.example.org"}]}}, "networkPolicy.clients",
    ),
    "a directory without its key": (
        {"fetcher": {"settings": {"WIREDESK_FETCHER__BOT_DIRECTORY": "https://bot.example.org"}}}, "fetcher.botKey",
    ),
}  # fmt: skip
