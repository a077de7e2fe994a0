#!/usr/bin/env python3
"""Make what users install: a frozen program (PyInstaller, onedir) and a Debian package from it.

    python3 build_installer.py            dist/boardpack/ and dist/boardpack_VERSION_ARCH.deb
    python3 build_installer.py --no-deb   the frozen program only (what Windows and macOS get)

It ends by running `boardpack --selftest` on the frozen program: open a store, render a page in a
worker process, sign and verify. PyInstaller does not cross-compile: run it on the system that you
build for. Build on the oldest Debian that you support (glibc).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import dev

ROOT = dev.ROOT
DIST = ROOT / "dist"
BUILD = ROOT / "build"
PROGRAM = DIST / "boardpack"
#: Qt parts that boardpack does not use, and a platform theme that drags half of GNOME along.
UNUSED_QT = ("platformthemes", "Qml", "Quick", "Pdf", "VirtualKeyboard", "Designer", "Test", "Sql")
#: Libraries that belong to the system: the package depends on them instead (a bundled copy of the
#: X or GL client libraries does not match the user's drivers).
SYSTEM = (
    "libX", "libxcb", "libglib-", "libgobject-", "libgio-", "libgmodule-", "libgthread-",
    "libfontconfig", "libfreetype", "libdbus-", "libGL", "libEGL", "libdrm", "libwayland",
    "libgssapi", "libkrb5", "libk5crypto", "libcom_err", "libsystemd", "libgtk", "libgdk",
    "libcairo", "libpango", "libstdc++", "libgcc_s",
)  # fmt: skip
DEPENDS = (
    "libc6 (>= 2.34), libegl1, libgl1, libx11-6, libx11-xcb1, libdbus-1-3, libfontconfig1, "
    "libfreetype6, libglib2.0-0 | libglib2.0-0t64, libgssapi-krb5-2, libstdc++6, "
    "libwayland-client0, libwayland-cursor0, libxcb1, libxcb-render0, libxcb-render-util0, "
    "libxcb-shm0, libxcb-cursor0, libxcb-icccm4, libxcb-image0, libxcb-keysyms1, libxcb-randr0, "
    "libxcb-shape0, libxcb-xkb1, libxkbcommon0, libxkbcommon-x11-0, libdrm2"
)
SPEC = """
from PyInstaller.utils.hooks import collect_data_files, collect_submodules, copy_metadata

def wanted(entry):
    name = entry[0].replace("\\\\", "/")
    folder, _, file = name.rpartition("/")
    if "PySide6" in name and any(part in name for part in {unused!r}):
        return False
    # What a wheel brings for itself stands in a folder of its own: NAME.libs.
    if {linux!r} and not folder.endswith(".libs") and file.startswith({system!r}):
        return False
    if "/translations/" in name and "qtbase_fr" not in name:
        return False
    if "babel/locale-data/" in name:
        return file.split("_")[0].removesuffix(".dat") in ("root", "fr", "en")
    return True

analysis = Analysis(
    [{entry!r}],
    pathex=[{root!r}],
    datas=[
        ({resources!r}, "resources"),
        ({migrations!r}, "boardpack/store/migrations"),
        *copy_metadata("keyring"),
        *collect_data_files("mnemonic", includes=["wordlist/french.txt", "wordlist/english.txt"]),
    ],
    hiddenimports=[
        *collect_submodules("keyring.backends"),
        *collect_submodules("boardpack"), *collect_submodules("ui"),
        *collect_submodules("signing"),
        *collect_submodules("sync.client"), *collect_submodules("sync.engine"),
        *collect_submodules("sync.protocol"),
    ],
    excludes=[
        "sync.server", "django", "tkinter", "pytest", "numpy", "IPython", "mypy", "ast_serialize",
        "hypothesis", "certomancer",
    ],
)
analysis.binaries = [entry for entry in analysis.binaries if wanted(entry)]
analysis.datas = [entry for entry in analysis.datas if wanted(entry)]
pyz = PYZ(analysis.pure)
exe = EXE(
    pyz, analysis.scripts, exclude_binaries=True, name="boardpack", console={console!r},
    icon={icon!r},
)
COLLECT(exe, analysis.binaries, analysis.datas, name="boardpack")
"""
DESKTOP = """[Desktop Entry]
Type=Application
Name=boardpack
GenericName=Dossiers de séance
Comment=Recevoir, lire, annoter et signer les dossiers de toutes ses assemblées
Exec=boardpack window
Icon=boardpack
Categories=Office;Viewer;
StartupNotify=true
"""


def main() -> int:
    """Build, package and try; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--no-deb", action="store_true", help="the frozen program only")
    options = parser.parse_args()
    if not dev.debian("window", "installer"):
        return 3
    dev.environment()
    freeze()
    print(f"frozen: {PROGRAM.relative_to(ROOT)} {megabytes(PROGRAM)} MB")
    if code := selftest():
        return code
    if not options.no_deb and shutil.which("dpkg-deb"):
        package = debian_package()
        print(f"package: {package.relative_to(ROOT)} {package.stat().st_size / 1e6:.0f} MB")
    return 0


def version() -> str:
    """Return the version that the core names."""
    text = (ROOT / "boardpack/__init__.py").read_text(encoding="utf-8")
    return text.split('__version__ = "')[1].split('"')[0]


def freeze() -> None:
    """Run PyInstaller on the command line's entry point."""
    BUILD.mkdir(exist_ok=True)
    icon = ROOT / "resources/icons/boardpack.ico"
    spec = BUILD / "boardpack.spec"
    spec.write_text(
        SPEC.format(
            unused=UNUSED_QT,
            system=SYSTEM,
            linux=sys.platform == "linux",
            entry=str(ROOT / "boardpack/__main__.py"),
            root=str(ROOT),
            resources=str(ROOT / "resources"),
            migrations=str(ROOT / "boardpack/store/migrations"),
            console=os.name != "nt",
            icon=str(icon) if os.name == "nt" and icon.is_file() else None,
        ),
        encoding="utf-8",
    )
    options = ("--noconfirm", "--log-level", "ERROR", "--distpath", DIST, "--workpath", BUILD)
    dev.must(dev.PYTHON, "-m", "PyInstaller", *options, spec)


def selftest() -> int:
    """Run the frozen program's own test, without a screen; return its exit code."""
    name = "boardpack.exe" if os.name == "nt" else "boardpack"
    environ = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    command = [str(PROGRAM / name), "--selftest", "--json"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    print("selftest:", done.stdout.strip() or done.stderr.strip())
    if done.returncode == 0:
        json.loads(done.stdout)
    return done.returncode


def debian_package() -> Path:
    """Make the .deb: the program in /opt, a launcher, a desktop entry and the icon."""
    machine = subprocess.run(
        ["dpkg", "--print-architecture"], capture_output=True, text=True, check=True
    ).stdout.strip()
    tree = BUILD / "deb"
    shutil.rmtree(tree, ignore_errors=True)
    shutil.copytree(PROGRAM, tree / "opt/boardpack", symlinks=True)
    put(tree / "usr/share/applications/boardpack.desktop", DESKTOP)
    put(tree / "usr/share/doc/boardpack/copyright", (ROOT / "LICENSE").read_text("utf-8"))
    icon = tree / "usr/share/icons/hicolor/scalable/apps/boardpack.svg"
    put(icon, (ROOT / "resources/icons/boardpack.svg").read_text("utf-8"))
    (tree / "usr/bin").mkdir(parents=True)
    (tree / "usr/bin/boardpack").symlink_to("/opt/boardpack/boardpack")
    put(
        tree / "DEBIAN/control",
        f"Package: boardpack\nVersion: {version()}\nArchitecture: {machine}\n"
        "Maintainer: boardpack maintainers <maintainers@boardpack.invalid>\n"
        f"Installed-Size: {megabytes(PROGRAM) * 1000}\nDepends: {DEPENDS}\n"
        "Recommends: gnome-keyring | kwalletmanager\nSection: misc\nPriority: optional\n"
        "Description: one device for all the assemblies of an elected official\n"
        " Receives, reads, annotates and signs the dossiers of every sitting, offline.\n",
    )
    target = DIST / f"boardpack_{version()}_{machine}.deb"
    dev.must("dpkg-deb", "--root-owner-group", "-Zxz", "-z6", "--build", tree, target)
    return target


def put(path: Path, text: str) -> None:
    """Write a text file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def megabytes(folder: Path) -> int:
    """Return the size of a folder's files in MB, rounded up."""
    files = (p for p in folder.rglob("*") if p.is_file() and not p.is_symlink())
    return sum(path.stat().st_size for path in files) // 1_000_000 + 1


if __name__ == "__main__":
    sys.exit(main())
