"""Which distributions Wiredesk is made of, and what to install for a verb that needs one that is not here."""

import importlib.util

# Import name to the folder of its distribution in a checkout.
FOLDERS = {
    "wiredesk": "shared",
    "wiredesk_fetcher": "services/fetcher",
    "wiredesk_cleaner": "services/cleaner",
    "wiredesk_tagger": "services/tagger",
    "wiredesk_storage": "services/storage",
    "wiredesk_desk": "services/desk",
    "wiredesk_local": "deploy/local",
}


# What a verb may need that its distribution leaves out, and the extra that brings it.
EXTRAS = {"pyarrow": ("services/desk", "parquet")}


def is_installed(package: str) -> bool:
    """Tell whether `package` can be imported; imports nothing."""
    return importlib.util.find_spec(package) is not None


def advice(error: ModuleNotFoundError) -> tuple[str, str]:
    """Return what is missing, and what to type."""
    package = (error.name or "").partition(".")[0]
    if package in EXTRAS:
        folder, extra = EXTRAS[package]
        return (
            f"this needs {package}, which is not installed here",
            f"Install it: `pip install './{folder}[{extra}]'` in a checkout of this version.",
        )
    folder = FOLDERS.get(package, "")
    if not folder:
        return (
            f"{error.name} is not installed here",
            "Install Wiredesk with its dependencies: `make setup` in a checkout.",
        )
    name = package.replace("_", "-")
    return (
        f"this needs {name}, which is not installed here",
        f"Install it: `pip install ./{folder}` in a checkout of this version; `make setup` there installs everything.",
    )
