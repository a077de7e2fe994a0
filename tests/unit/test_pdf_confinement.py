"""The worker process hangs, dies and grows without harm, and leaves nothing behind."""

import contextlib
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from boardpack.pdf.errors import PageHungError, WorkerDiedError
from boardpack.pdf.values import BytesSource, SealedSource
from boardpack.pdf.worker_client import PdfWorker
from boardpack.sealing.segments import SealedWriter, new_key
from tests.helpers import documents

ROOT = Path(__file__).parents[2]
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@pytest.fixture
def worker() -> Iterator[PdfWorker]:
    with PdfWorker(watchdog=2) as worker:
        yield worker


def test_a_hung_page_costs_that_page_only(worker: PdfWorker) -> None:
    facts = worker.open(BytesSource(documents.endless_pdf(3)))
    other = worker.open(BytesSource(documents.text_pdf("Bonjour")))
    first = worker.pid
    with pytest.raises(PageHungError) as refusal:
        worker.render(facts.handle, 0, 1)
    assert refusal.value.parameters == {"page": 1}
    assert worker.render(facts.handle, 1, 1).width == 595
    assert worker.words(other.handle, 0)[0].text == "Bonjour"
    assert worker.pid != first


def test_a_page_that_hung_is_refused_at_once_afterwards(worker: PdfWorker) -> None:
    facts = worker.open(BytesSource(documents.endless_pdf()))
    with pytest.raises(PageHungError):
        worker.render(facts.handle, 0, 1)
    pid = worker.pid
    with pytest.raises(PageHungError):
        worker.render(facts.handle, 0, 2)
    assert worker.pid == pid


def test_texts_and_searches_leave_out_a_page_that_hangs(worker: PdfWorker) -> None:
    facts = worker.open(BytesSource(documents.endless_pdf(3)))
    assert worker.texts(facts.handle) == ["", "Page 1", "Page 2"]
    assert [hit.page for hit in worker.find(facts.handle, "page")] == [1, 2]


def test_a_worker_killed_while_idle_is_replaced_unnoticed(worker: PdfWorker) -> None:
    facts = worker.open(BytesSource(documents.text_pdf("Bonjour")))
    pid = worker.pid
    with gone(pid):
        os.kill(pid, signal.SIGKILL)
    assert worker.page_text(facts.handle, 0) == "Bonjour"
    assert worker.pid != pid


@linux_only
def test_a_crash_is_told_and_the_second_on_a_page_is_its_last() -> None:
    """The system kills the worker in the middle of a page, as it does when memory runs out."""
    with PdfWorker(watchdog=60) as worker:
        facts = worker.open(BytesSource(documents.endless_pdf(2)))
        for _ in range(2):
            with ThreadPoolExecutor(1) as pool:
                worker.page_text(facts.handle, 1)
                drawing = pool.submit(worker.render, facts.handle, 0, 1)
                wait_until_busy(worker.pid)
                os.kill(worker.pid, signal.SIGKILL)
                assert isinstance(drawing.exception(), WorkerDiedError)
        with pytest.raises(PageHungError):
            worker.render(facts.handle, 0, 1)
        assert worker.render(facts.handle, 1, 1).width == 595


def test_a_large_worker_is_replaced_and_documents_stay_open() -> None:
    with PdfWorker(memory_limit=1) as worker:
        facts = worker.open(BytesSource(documents.text_pdf("Bonjour")))
        pid = worker.pid
        assert worker.render(facts.handle, 0, 1).width == 595
        assert worker.pid == pid
        for _ in range(3):
            worker.render(facts.handle, 0, 7)
        assert worker.pid != pid
        assert worker.page_text(facts.handle, 0) == "Bonjour"


@linux_only
def test_a_closed_document_gives_its_memory_back(worker: PdfWorker) -> None:
    data = documents.scan_pdf(10)
    sizes = []
    for _ in range(6):
        facts = worker.open(BytesSource(data))
        worker.close_document(facts.handle)
        statm = Path(f"/proc/{worker.pid}/statm").read_text(encoding="ascii")
        sizes.append(int(statm.split()[1]) * os.sysconf("SC_PAGE_SIZE"))
    assert sizes[-1] - sizes[1] < 2 * len(data)


def test_a_closed_worker_may_be_used_again(worker: PdfWorker) -> None:
    worker.close()
    assert worker.pid == 0
    facts = worker.open(BytesSource(documents.text_pdf("Bonjour")))
    assert facts.pages == 1


@linux_only
def test_closing_does_not_wait_for_a_hung_page() -> None:
    with PdfWorker(watchdog=200) as worker, ThreadPoolExecutor(1) as pool:
        facts = worker.open(BytesSource(documents.endless_pdf()))
        drawing = pool.submit(worker.render, facts.handle, 0, 1)
        wait_until_busy(worker.pid)
        worker.close()
        assert isinstance(drawing.exception(timeout=20), WorkerDiedError)
        assert worker.pid == 0


@contextlib.contextmanager
def gone(pid: int, seconds: float = 20) -> Iterator[None]:
    """Fail unless process `pid` has ended some seconds after the block."""
    ending = os.pidfd_open(pid)
    try:
        yield
        ready, _, _ = select.select([ending], [], [], seconds)
        assert ready, "the worker lives on"
    finally:
        os.close(ending)


ALONE = """
import sys
from pathlib import Path
from boardpack.pdf.values import BytesSource
from boardpack.pdf.worker_client import PdfWorker
worker = PdfWorker(watchdog=1)
facts = worker.open(BytesSource(Path(sys.argv[1]).read_bytes()))
print(worker.pid, flush=True)
sys.stdin.readline()
worker.render(facts.handle, 0, 1)
"""


@linux_only
@pytest.mark.parametrize("busy", [False, True], ids=["idle", "hung"])
def test_the_worker_does_not_outlive_a_killed_program(tmp_path: Path, busy: bool) -> None:  # noqa: FBT001 parametrised
    document = tmp_path / "endless.pdf"
    document.write_bytes(documents.endless_pdf())
    with subprocess.Popen(
        [sys.executable, "-c", ALONE, str(document)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as program:
        assert program.stdout
        assert program.stdin
        pid = int(program.stdout.readline())
        with gone(pid):
            if busy:
                program.stdin.write(b"go\n")
                program.stdin.flush()
                wait_until_busy(pid)
            program.kill()


def wait_until_busy(pid: int) -> None:
    """Return when the process has computed for a while: it draws the endless page."""
    start = processor_ticks(pid)
    while processor_ticks(pid) < start + 20:
        os.sched_yield()


def processor_ticks(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[11])


PROGRAM = """
import sys
from pathlib import Path
from boardpack.pdf import errors, intake, values
from boardpack.pdf.worker_client import PdfWorker
assert __name__ == "__main__", "the worker imported the program"
with PdfWorker() as worker:
    facts = worker.open(values.BytesSource(Path(sys.argv[1]).read_bytes()))
    print(worker.page_text(facts.handle, 0), worker.examine(Path(sys.argv[1])).pages)
assert "pymupdf" not in sys.modules, "the program imported PyMuPDF"
"""


def test_the_program_stays_without_pymupdf_and_the_worker_without_the_program(
    tmp_path: Path,
) -> None:
    (tmp_path / "document.pdf").write_bytes(documents.text_pdf("Bonjour"))
    (tmp_path / "program.py").write_text(PROGRAM, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "program.py", "document.pdf"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "Bonjour 1\n", "")


@linux_only
def test_key_and_content_are_nowhere_but_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    key = new_key()
    path = tmp_path / "blob"
    with path.open("wb") as file:
        writer = SealedWriter(file, key)
        writer.write(documents.scan_pdf())
        writer.finish()
    with PdfWorker() as worker:
        facts = worker.open(SealedSource(path, key))
        worker.render(facts.handle, 0, 1)
        process = Path(f"/proc/{worker.pid}")
        told = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        files = [str(link.readlink()) for link in (process / "fd").iterdir()]
        mapped = (process / "maps").read_text(encoding="utf-8")
        limits = (process / "limits").read_text(encoding="ascii").splitlines()
    assert key not in told
    assert key.hex().encode() not in told
    assert b"blob" not in told.replace(str(tmp_path).encode(), b"")
    assert {name.split(":")[0] for name in files} <= {"socket", "pipe", "/dev/null", "anon_inode"}
    assert "/dev/shm" not in mapped  # noqa: S108 what must not be there
    assert list(folder.iterdir()) == []
    bounds = {line[:25].strip(): line[25:].split()[:2] for line in limits}
    assert bounds["Max address space"] == [str(3 * 1024**3)] * 2
    assert bounds["Max core file size"] == ["0", "0"]
    assert bounds["Max file size"] == ["0", "0"]
