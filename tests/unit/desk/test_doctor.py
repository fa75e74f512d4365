"""What the doctor says of a login that works and yet is a risk."""

import pytest
from pydantic import SecretStr

from wiredesk.client.settings import KafkaSettings
from wiredesk.contracts.topics import Lane
from wiredesk_desk.commands import doctor
from wiredesk_desk.config import System
from wiredesk_desk.running import Exit


def system(server: str, protocol: str) -> System:
    kafka = KafkaSettings.model_validate(
        {
            "bootstrap_servers": [server],
            "security_protocol": protocol,
            "sasl_username": "desk",
            "sasl_password": SecretStr("hunter2"),
        }
    )
    return System(kafka, Lane(""), SecretStr("postgresql://desk@127.0.0.1:1/x"), "environment")


async def test_a_login_in_the_clear_is_a_risk_and_no_failure():
    check = await doctor.login(system("kafka.example:9092", "SASL_PLAINTEXT"))
    assert (check.ok, check.risk) == (True, True)
    assert "unencrypted to kafka.example:9092" in check.found
    assert "SASL_SSL" in check.todo


@pytest.mark.parametrize(
    ("server", "protocol"),
    [("127.0.0.1:9092", "SASL_PLAINTEXT"), ("kafka.example:9093", "SASL_SSL"), ("kafka.example:9092", "PLAINTEXT")],
)
async def test_what_is_no_risk_is_told_without_a_word_of_the_password(server: str, protocol: str):
    check = await doctor.login(system(server, protocol))
    assert (check.ok, check.risk, check.todo) == (True, False, "")
    assert protocol in check.found
    assert "hunter2" not in check.found


@pytest.mark.parametrize(
    ("check", "shown"),
    [
        (doctor.Check("login", ok=True, found="as it should be"), "✔ login: as it should be"),
        (doctor.Check("login", ok=True, found="open", todo="Close it.", risk=True), "! login: open\n  → Close it."),
        (doctor.Check("login", ok=False, found="none", todo="Make one."), "✘ login: none\n  → Make one."),
    ],
)
def test_each_check_is_one_line_and_what_to_do_another(check: doctor.Check, shown: str):
    assert doctor.line(check) == shown


def test_a_check_that_passed_has_nothing_to_do_and_code_zero():
    passed = doctor.told(doctor.Check("python", ok=True, found="3.12", todo="Install Python"))
    assert (passed["todo"], passed["code"]) == ("", 0)
    failed = doctor.told(doctor.Check("disk", ok=False, found="none", todo="Make room", code=Exit.CONFIGURATION))
    assert (failed["todo"], failed["code"]) == ("Make room", 4)
    risky = doctor.told(doctor.Check("login", ok=True, found="none", todo="Set it", risk=True))
    assert (risky["todo"], risky["code"]) == ("Set it", 0)
