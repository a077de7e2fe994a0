"""The whole story on real parts, with a transcript, figures and pictures; or the window on it.

`python3 dev.py demo` runs this. With a screen the window opens on the demo dossiers; without one
(or with `--headless`) the story is played by the same commands and the same widgets.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

from tests.story.transcript import Transcript

ROOT = Path(__file__).parents[2]


def has_screen() -> bool:
    """Tell whether a window can be shown."""
    if sys.platform in {"win32", "darwin"}:
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def main() -> int:
    """Show the product at work; return the exit code."""
    parser = argparse.ArgumentParser(prog="dev.py demo", description=__doc__)
    parser.add_argument("--headless", action="store_true", help="play it without a screen")
    parser.add_argument("--output", type=Path, default=ROOT / "demo-output")
    parser.add_argument("--keep", type=Path, help="keep server, profiles and folders there")
    options = parser.parse_args()
    headless = options.headless or not has_screen()
    if headless:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    # No PIN of the demo belongs in the person's own keyring.
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    shutil.rmtree(options.output, ignore_errors=True)
    options.output.mkdir(parents=True)
    work = options.keep or Path(tempfile.mkdtemp(prefix="boardpack-demo-"))
    transcript = Transcript()
    try:
        if headless:
            play(work, options.output, transcript)
        else:
            show(work, options.output, transcript)
    finally:
        if options.keep is None:
            shutil.rmtree(work, ignore_errors=True)
    return 0


def play(work: Path, output: Path, transcript: Transcript) -> None:
    """Play the seven steps without a screen."""
    from tests.helpers.harmless import leave_out_harmless
    from tests.story.cast import Cast, demo_papers
    from tests.story.story import Story

    leave_out_harmless()
    papers = demo_papers(work / "folders")
    with Cast(work, papers) as cast:
        Story(cast, transcript, output / "pictures").play()
    transcript.end(output / "transcript.txt")
    sys.stdout.write(f"Transcript and pictures: {output}\n")


def show(work: Path, output: Path, transcript: Transcript) -> None:
    """Prepare the same world, then open the window for the person to look around."""
    from tests.story.cast import Cast, demo_papers
    from tests.story.story import Story
    from tests.story.visit import visit

    papers = demo_papers(work / "folders")
    with Cast(work, papers) as cast:
        Story(cast, transcript, None).prepare()
        transcript.end(output / "transcript.txt")
        visit(cast)


if __name__ == "__main__":
    sys.exit(main())
