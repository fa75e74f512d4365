"""What is public is named, resolves, is documented and typed; nothing else may be relied on."""

import inspect
import typing
from enum import Enum

import pytest

import wiredesk
import wiredesk_cleaner
import wiredesk_tagger

CLIENT = {
    *("Wiredesk", "Submission", "Entry", "RefusedError", "KafkaSettings", "__version__"),
    *("ArticleSubmitted", "ArticleFetched", "ArticleCleaned", "ArticleEnriched", "ArticleStored", "ArticleRejected"),
    *("Content", "ContentType", "Entity", "Event", "Evidence", "GeoCoordinates", "Image", "Mention", "MinHash"),
    *("ChangeKind", "CopyDifference", "Quality", "Rejection", "StoreStatus", "Zone", "ZoneKind"),
    *("ApiSettings", "ApiError", "Filters", "Hit", "Arrival", "Gap", "StoredArticle", "Revision"),
    *("Story", "StoryName", "StoryArticle", "WholeStory"),
    *("Topic", "SUBMITTED", "FETCHED", "CLEANED", "ENRICHED", "STORED", "REJECTED", "CURRENT"),
    *("WiredeskError", "ConfigurationError", "InfrastructureError", "PermanentError", "TransientError"),
    "InvalidRecordError",
}


def test_the_public_names_of_each_package_are_these():
    assert set(wiredesk.__all__) == CLIENT
    assert set(wiredesk_cleaner.__all__) == {"clean_html", "clean_text"}
    assert set(wiredesk_tagger.__all__) == {"load", "Tagger", "Article", "Tagged", "Found", "enrich"}


@pytest.mark.parametrize("package", [wiredesk, wiredesk_cleaner, wiredesk_tagger], ids=lambda one: one.__name__)
def test_every_public_name_is_there_and_says_what_it_is(package: object):
    for name in package.__all__:  # type: ignore[attr-defined]
        value = getattr(package, name)
        if inspect.isclass(value) or inspect.isfunction(value):
            assert inspect.getdoc(value), name
        if inspect.isfunction(value):
            hints = typing.get_type_hints(value)
            assert {*inspect.signature(value).parameters, "return"} <= set(hints), name
        if inspect.isclass(value) and issubclass(value, Enum):
            assert list(value), name


@pytest.mark.parametrize("package", [wiredesk, wiredesk_cleaner, wiredesk_tagger], ids=lambda one: one.__name__)
def test_a_name_that_is_not_public_is_no_attribute(package: object):
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = package.no_such_name  # type: ignore[attr-defined]
