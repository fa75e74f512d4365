"""What an operator may tell the delivery engine: `WIREDESK_ENGINE__…`."""

from pydantic import BaseModel, Field


class EngineSettings(BaseModel):
    """How much a stage takes in hand, and when its circuit breaker opens."""

    in_flight_records: int = Field(500, ge=1, le=100_000, description="records a stage holds at most, done or not")
    in_flight_mib: int = Field(64, ge=1, le=4096, description="MiB of values after which it reads no more")
    max_ahead: int = Field(
        1000, ge=1, le=100_000, description="records of a partition that may be done before the oldest is (and repeat)"
    )
    breaker_in_a_row: int = Field(200, ge=1, description="dead letters in a row that open the circuit breaker")
    breaker_window: int = Field(1000, ge=1, description="of how many records the share of dead letters is taken")
    breaker_share: float = Field(0.2, gt=0, le=1, description="share of dead letters that opens the circuit breaker")
    breaker_rest_seconds: float = Field(60, gt=0, description="how long it stays open until a few records are tried")
    breaker_probes: int = Field(5, ge=1, le=100, description="how many records are tried then")
