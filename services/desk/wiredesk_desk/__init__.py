"""The desk is for people: what they type comes in; articles, journeys, lag and dead letters as text or NDJSON go out.

Read in this order: `cli` (the verbs and their help), `commands` (what each does), `dead_letters` (`wiredesk dlq`),
`withdrawing` (`withdraw`, `erase`, `reinstate`), `views` (how articles and journeys look), `config` (which system is
meant), `reading` (topics from their beginning), `running` (errors and exit codes), `output` (tables, NDJSON),
`distributions` (what is installed).
"""
