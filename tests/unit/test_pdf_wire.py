"""What a subverted worker may say: nothing that the program believes blindly."""

import contextlib

import msgspec
import pytest
from hypothesis import given, settings, strategies as st

from boardpack.pdf import wire
from boardpack.pdf.errors import (
    DamagedPdfError,
    PageDamagedError,
    WorkerDiedError,
    WorkerFailedError,
    refusal,
)
from boardpack.pdf.supervisor import Supervisor, _read
from boardpack.pdf.values import BytesSource, DocumentFacts
from tests.helpers import documents


def test_a_refusal_keeps_its_code_and_parameters() -> None:
    assert isinstance(refusal("pdf.damaged", {}), DamagedPdfError)
    error = refusal("pdf.page_damaged", {"page": 3})
    assert isinstance(error, PageDamagedError)
    assert error.parameters == {"page": 3}


@pytest.mark.parametrize("code", ["sync.wiped", "bug.unforeseen", "", "pdf.worker_died"])
def test_a_code_that_the_worker_has_no_business_with_is_not_believed(code: str) -> None:
    assert isinstance(refusal(code, {}), WorkerFailedError)


def test_parameters_that_no_text_knows_are_dropped() -> None:
    assert refusal("pdf.damaged", {"self": 1, "code": "x", "page": 2}).parameters == {"page": 2}


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=60))
def test_noise_is_no_answer(data: bytes) -> None:
    with contextlib.suppress(msgspec.MsgspecError):
        wire.ANSWERS.decode(data)


@pytest.mark.parametrize(
    "result",
    [
        {"handle": 1},
        [],
        {
            "handle": 1,
            "pages": 1,
            "page_boxes": [{"mediabox": [0, 0, 1, 1], "cropbox": [0, 0, float("inf"), 1]}],
            "outline": [],
            "needs_password": False,
            "encrypted": False,
            "repaired": False,
        },
    ],
)
def test_a_result_of_another_shape_is_the_end_of_that_worker(result: object) -> None:
    with pytest.raises(WorkerDiedError):
        _read(wire.Done(wire.raw(result)), DocumentFacts)


def test_messages_are_the_same_on_the_other_side() -> None:
    envelope = wire.Envelope(3.5, wire.RenderPage(1, 2, 1.5, (0, 1, 2, 3), dark=True))
    assert wire.ENVELOPES.decode(wire.ENCODER.encode(envelope)) == envelope


def test_a_supervisor_that_never_started_closes_quietly() -> None:
    supervisor = Supervisor(watchdog=1, memory_limit=1)
    supervisor.close()
    assert supervisor.pid == 0
    assert "data" not in repr(BytesSource(documents.damaged_pdf()))
