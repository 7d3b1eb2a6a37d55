"""A container engine for the tests: the docker daemon that is there, or one of our own.

Where no daemon answers and we are root on Debian, `docker.io` is installed, a private `dockerd` is
started (its own socket, its own data, no bridge and no firewall rules, so the machine's network is left
alone) and stopped again by its process id. That daemon never asks a registry: the base image is a
stand-in for the official one, made from Debian's packages.

Everything that is worth keeping between runs is under `IVR_ACTION_E2E_CACHE`, by default
`ivr-action-e2e` in the user's cache folder: the stand-in and the daemon's layers.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

BASE_IMAGE = "python:3.13-slim"
PACKAGES = ("docker.io", "iptables", "mmdebstrap")
SUITE = "trixie"  # Debian's release with Python 3.13

HOOK = r"""
set -eu
root=$1
test -x "$root/usr/bin/python3.13"
if ls "$2"/*.crt >/dev/null 2>&1; then cp -L "$2"/*.crt "$root/usr/local/share/ca-certificates/"; fi
chroot "$root" update-ca-certificates >/dev/null 2>&1
printf '[global]\ncert = /etc/ssl/certs/ca-certificates.crt\n' >"$root/etc/pip.conf"
rm -f "$root/usr/lib/python3.13/EXTERNALLY-MANAGED"
for name in python python3 python3.13; do ln -sf /usr/bin/python3.13 "$root/usr/local/bin/$name"; done
for name in pip pip3; do ln -sf /usr/bin/pip3 "$root/usr/local/bin/$name"; done
"""
"""Makes Debian's Python look like the official image: commands in /usr/local/bin, an environment
that pip may write to, and the certificates that this machine trusts."""


class EngineUnavailableError(Exception):
    """No container engine can be had here; the text says why and what to do."""


@dataclass(frozen=True)
class Engine:
    """A docker daemon that answers.

    `private` is true for the one that we started: it has no bridge, so builds use the host's network.
    """

    environ: Mapping[str, str]
    private: bool
    state: Path
    docker_command: str = "docker"
    build_options: tuple[str, ...] = field(default=())

    def docker(self, *arguments: str, timeout: float = 600, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Runs one docker command and returns what it printed.

        Raises:
            AssertionError: it failed and `check` is set; the text has its output.
        """
        result = subprocess.run(
            [self.docker_command, *arguments],
            env=dict(self.environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=timeout,
            check=False,
        )
        if check and result.returncode:
            raise AssertionError(
                f"docker {' '.join(arguments)}: exit status {result.returncode}\n"
                f"{result.stdout[-4000:]}{result.stderr[-4000:]}"
            )
        return result

    def has_image(self, name: str) -> bool:
        return self.docker("image", "inspect", name, check=False).returncode == 0

    def build(self, context: Path, tag: str) -> None:
        """Builds the unmodified Dockerfile in `context` on the local base image."""
        self.docker("build", *self.build_options, "--pull=false", "--tag", tag, str(context))


def cache_folder() -> Path:
    chosen = os.environ.get("IVR_ACTION_E2E_CACHE")
    if chosen:
        return Path(chosen).resolve()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ivr-action-e2e"


@contextlib.contextmanager
def open_engine(*, install: bool) -> Iterator[Engine]:
    """Yields an engine with the base image loaded, and stops whatever it started.

    Args:
        install: packages may be installed and a daemon started; otherwise only a running one is used.

    Raises:
        EngineUnavailableError: there is none, with the reason.
    """
    state = cache_folder()
    state.mkdir(parents=True, exist_ok=True)
    running = Engine(dict(os.environ), private=False, state=state)
    if _answers(running):
        _provide_base(running)
        yield running
        return
    if not install:
        raise EngineUnavailableError("no docker daemon answers; `make e2e` starts one of its own as root on Debian")
    _install_packages()
    with _exclusive(state), _private_daemon(state) as engine:
        _provide_base(engine)
        yield engine


def _answers(engine: Engine) -> bool:
    try:
        return engine.docker("info", timeout=20, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _os_release() -> dict[str, str]:
    try:
        lines = Path("/etc/os-release").read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    return {key: value.strip('"') for key, _, value in (line.partition("=") for line in lines) if value}


def _run(*command: str, **environ: str) -> None:
    """Runs a set-up command; its output is shown only when it fails."""
    result = subprocess.run(
        command,
        env={**os.environ, **environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if result.returncode:
        raise EngineUnavailableError(f"{' '.join(command)} failed:\n{result.stdout[-4000:]}")


def _install_packages() -> None:
    if os.geteuid() or _os_release().get("ID") != "debian":
        raise EngineUnavailableError(
            "no docker daemon answers, and only as root on Debian can the tests start one; "
            "start docker and run them again"
        )
    installed = subprocess.run(["dpkg", "-s", *PACKAGES], capture_output=True, check=False)
    if installed.returncode == 0:
        return
    _run("apt-get", "update", "-qq")
    _run(
        "apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES,
        DEBIAN_FRONTEND="noninteractive",
    )  # fmt: skip


@contextlib.contextmanager
def _exclusive(state: Path) -> Iterator[None]:
    """Lets one run at a time use the cached layers: dockerd's data belongs to one daemon."""
    with (state / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def _private_daemon(state: Path) -> Iterator[Engine]:
    # A socket's path may not exceed 107 characters, so it is not kept in the cache folder.
    with (
        tempfile.TemporaryDirectory(prefix="ivr-e2e-", ignore_cleanup_errors=True) as run,
        (state / "dockerd.log").open("wb") as log,
    ):
        socket = f"unix://{run}/docker.sock"
        daemon = subprocess.Popen(
            [
                "/usr/sbin/dockerd",
                f"--data-root={state / 'docker'}",
                f"--exec-root={run}/exec",
                f"--pidfile={run}/pid",
                f"--host={socket}",
                "--bridge=none",
                "--iptables=false",
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            # A classic build: it needs no plug-in, and act's own build finds its layers again.
            environ = {
                **os.environ,
                "DOCKER_HOST": socket,
                "DOCKER_CONFIG": f"{run}/config",
                "DOCKER_BUILDKIT": "0",
            }
            engine = Engine(environ, private=True, state=state, build_options=("--network=host",))
            for _ in range(120):
                if daemon.poll() is not None or _answers(engine):
                    break
                time.sleep(0.25)
            if not _answers(engine):
                tail = (state / "dockerd.log").read_text(encoding="utf-8", errors="replace")[-3000:]
                raise EngineUnavailableError(f"our own dockerd does not answer:\n{tail}")
            # What earlier runs left; recent layers stay, they make the next build quick.
            engine.docker("image", "prune", "--force", "--filter", "until=48h", check=False)
            yield engine
        finally:
            daemon.terminate()
            try:
                daemon.wait(timeout=30)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
            # dockerd leaves this mount behind, and the folder cannot be removed while it is there.
            subprocess.run(["umount", f"{run}/exec/netns/default"], capture_output=True, check=False)


def _provide_base(engine: Engine) -> None:
    """Makes sure that `BASE_IMAGE` is there: pulled by a daemon of the machine's own, or the stand-in."""
    if engine.has_image(BASE_IMAGE):
        return
    if not engine.private:
        pulled = engine.docker("pull", "--quiet", BASE_IMAGE, check=False)
        if pulled.returncode == 0:
            return
        if os.geteuid() or not shutil.which("mmdebstrap"):
            raise EngineUnavailableError(f"{BASE_IMAGE} cannot be pulled:\n{pulled.stderr[-2000:]}")
    engine.docker(
        "import",
        "--change", "ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin",
        "--change", "ENV LANG=C.UTF-8",
        "--change", 'CMD ["python3"]',
        str(_stand_in(engine.state)),
        BASE_IMAGE,
    )  # fmt: skip


def _stand_in(state: Path) -> Path:
    """The root file system of the stand-in, as a tar file; made once per recipe."""
    recipe = hashlib.sha256((HOOK + SUITE).encode()).hexdigest()[:12]
    target = state / f"base-{recipe}.tar"
    if target.exists():
        return target
    with tempfile.TemporaryDirectory(dir=state) as scratch:
        folder = Path(scratch)
        (folder / "hook.sh").write_text(HOOK, encoding="utf-8")
        (folder / "part.sources").write_text(_sources(), encoding="utf-8")
        _run(
            "mmdebstrap", "--quiet", "--variant=minbase",
            "--include=ca-certificates,netbase,tzdata,python3,python3-pip,python3-venv",
            "--dpkgopt=path-exclude=/usr/share/man/*",
            "--dpkgopt=path-exclude=/usr/share/doc/*",
            "--dpkgopt=path-exclude=/usr/share/locale/*",
            f'--customize-hook=sh {folder}/hook.sh "$1" /usr/local/share/ca-certificates',
            SUITE, str(folder / "part.tar"), str(folder / "part.sources"),
        )  # fmt: skip
        (folder / "part.tar").replace(target)
    return target


def _sources() -> str:
    """This machine's own package sources, for the release that has the Python we want."""
    codename = _os_release().get("VERSION_CODENAME", SUITE)
    for name in ("sources.list.d/debian.sources", "sources.list"):
        path = Path("/etc/apt") / name
        if path.exists():
            lines = path.read_text(encoding="utf-8").replace(codename, SUITE).splitlines(keepends=True)
            return "".join(line for line in lines if not line.startswith("#"))
    raise EngineUnavailableError("no Debian package sources are configured in /etc/apt")
