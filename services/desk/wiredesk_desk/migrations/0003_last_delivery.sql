-- When somebody last got something of it: its topic, its webhook, or its feed where it has neither. Null: never.
alter table subscriptions add column last_delivery timestamptz;
