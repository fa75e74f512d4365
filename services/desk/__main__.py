"""Entry point of `wiredesk`."""

from services.desk.cli import app


def main() -> None:
    """Run the command line; ends the process with the exit code of the verb."""
    app()


if __name__ == "__main__":
    main()
