"""Tokens for Kafka: fresh ones, few requests, and nothing of a secret in what is said when there is none."""

import asyncio

import pytest
from pydantic import SecretStr

from tests.token_endpoint import CLIENT, SECRET, Endpoint, endpoint
from wiredesk.client.settings import KafkaSettings
from wiredesk.client.tokens import ClientCredentials, NoTokenError, TokenFile, token_provider


def credentials(here: Endpoint, secret: str = SECRET, scope: str | None = None) -> ClientCredentials:
    return ClientCredentials(here.url, CLIENT, secret, scope, None)


async def test_a_token_file_is_read_anew_each_time(tmp_path):
    provider = TokenFile(tmp_path / "token")
    (tmp_path / "token").write_text("first\n")
    assert await provider.token() == "first"
    (tmp_path / "token").write_text("second")
    assert await provider.token() == "second"


@pytest.mark.parametrize(("content", "why"), [(None, "No such file"), (b" \n", "is empty"), (b"\xff", "UnicodeDecode")])
async def test_without_a_token_in_the_file_it_is_said_why_and_which_setting_names_it(tmp_path, content, why):
    if content is not None:
        (tmp_path / "token").write_bytes(content)
    with pytest.raises(NoTokenError, match=why) as caught:
        await TokenFile(tmp_path / "token").token()
    assert "WIREDESK_KAFKA__SASL_OAUTH_TOKEN_FILE" in str(caught.value)


async def test_many_who_ask_at_once_share_one_token():
    with endpoint(lambda: {"access_token": "t", "expires_in": 600}) as here:
        provider = credentials(here, scope="kafka read")
        assert await asyncio.gather(*(provider.token() for _ in range(5))) == ["t"] * 5
    assert here.forms == [{"grant_type": ["client_credentials"], "scope": ["kafka read"]}]


async def test_a_token_whose_life_is_over_is_replaced():
    numbers = iter(range(10))
    with endpoint(lambda: {"access_token": f"t{next(numbers)}", "expires_in": 0}) as here:
        provider = credentials(here)
        assert [await provider.token(), await provider.token()] == ["t0", "t1"]


async def test_a_wrong_secret_is_said_without_the_secret():
    with endpoint(lambda: {"access_token": "t"}) as here, pytest.raises(NoTokenError, match="HTTP 401") as caught:
        await credentials(here, secret="wrong-one").token()
    assert "CLIENT_SECRET" in str(caught.value)
    assert "wrong-one" not in str(caught.value)


async def test_a_redirect_does_not_take_the_secret_elsewhere():
    with endpoint(dict) as elsewhere, endpoint(dict) as here:
        here.answer = lambda: (302, {"Location": elsewhere.url}, b"")
        with pytest.raises(NoTokenError, match="HTTP 302"):
            await credentials(here).token()
    assert elsewhere.forms == []


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"access_token": "t", "expires_in": "soon"}', b"\xff\xfe"])
async def test_an_answer_that_is_no_token_is_said_without_its_words(body):
    with endpoint(dict) as here:
        here.answer = lambda: (200, {}, body)
        with pytest.raises(NoTokenError, match="gives no token"):
            await credentials(here).token()


async def test_an_endpoint_that_is_away_is_said():
    with endpoint(dict) as here:
        pass
    with pytest.raises(NoTokenError, match="gives no token"):
        await credentials(here).token()


def test_the_clients_of_a_process_share_the_tokens_of_one_endpoint():
    settings = KafkaSettings(
        security_protocol="SASL_SSL",
        sasl_mechanism="OAUTHBEARER",
        sasl_oauth_token_url="https://id.example/token",
        sasl_oauth_client_id=CLIENT,
        sasl_oauth_client_secret=SecretStr(SECRET),
    )
    assert token_provider(settings) is token_provider(settings.model_copy())
    assert token_provider(KafkaSettings()) is None
