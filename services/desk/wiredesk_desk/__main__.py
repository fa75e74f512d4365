"""Entry point of `wiredesk`."""

from wiredesk_desk.cli import app


def main() -> None:
    """Run the command line; ends the process with the exit code of the verb."""
    try:
        app()
    except ModuleNotFoundError as error:
        # A verb of a part that is not installed: its module could not even be imported.
        from wiredesk_desk.running import outcome_of  # noqa: PLC0415 - help needs nothing of ours

        raise SystemExit(int(outcome_of(error))) from None


if __name__ == "__main__":
    main()
