# SPDX-License-Identifier: Apache-2.0
"""What the tool costs on this machine, beside its peers: the same inputs, in turns, in one run."""

from __future__ import annotations

import json
import random
import runpy
import shutil
import struct
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bench_peers
from bench_linux import NAMES, prepared
from bench_machine import HERE, build_firmware, run
from mvpsdk.units import MIB

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["measure"]

DEMO = Path(__file__).parents[2] / "examples/demo-handset"
TOOL = (sys.executable, "-m", "mvpsdk_cli")
QUICK, SLOW = 7, 3  # rounds of what takes less than a second, and of what takes more


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """What is run and timed."""

    argv: tuple[str, ...]
    cwd: Path
    anew: str = ""  # a variable that is another in each round: no answer is taken from before
    cold: bool = False  # with an empty cache each time


def measure(work: Path) -> dict[str, dict[str, Any]]:
    """Measure every host row of figures.toml: tool by tool, ours first."""
    peers = bench_peers.install()
    jobs = {
        "help": (_help(peers, work), QUICK),
        "fit": (_fit(peers, work), SLOW),
        **{row: (commands, QUICK) for row, commands in _sign(peers, work).items()},
        "disk": (_disk(work), SLOW),
        "audit": (_audit(peers, work), QUICK),
        **_lint(work),
    }
    versions = {name: peer.version for name, peer in peers.items()}
    return {row: _in_turns(commands, rounds, versions) for row, (commands, rounds) in jobs.items()}


def _help(peers: Mapping[str, bench_peers.Peer], work: Path) -> dict[str, Command]:
    found = {"ours": Command(argv=(*TOOL, "--help"), cwd=work)}
    for name in ("mkbootimg", "imgtool", "esptool", "dt-validate"):
        found[name] = Command(argv=(peers[name].program, "--help"), cwd=work)
    nothing = Command(argv=(sys.executable, "-c", "pass"), cwd=work)
    return {**found, "python3 -c pass": nothing}


ITS = """\
/dts-v1/;
/ {{
    description = "bench";
    images {{
{images}
    }};
    configurations {{
        default = "c";
        c {{ kernel = "{first}"; loadables = {others}; }};
    }};
}};
"""
IMAGE = """\
        {name} {{
            data = /incbin/("{name}"); type = "{type}"; arch = "arm64"; os = "linux";
            compression = "none"; load = <0x40200000>; entry = <0x40200000>;
            hash {{ algo = "sha256"; }};
        }};"""


def _fit(peers: Mapping[str, bench_peers.Peer], work: Path) -> dict[str, Command]:
    folder = _handset(work / "fit", kernel=16 * MIB, ramdisk=64 * MIB)
    kinds = {"kernel": "kernel", "ramdisk": "firmware"}
    images = "\n".join(IMAGE.format(name=name, type=kind) for name, kind in kinds.items())
    its = ITS.format(images=images, first="kernel", others='"ramdisk"')
    (folder / "fit.its").write_text(its)
    mkimage = (peers["mkimage"].program, "-f", "fit.its")
    return {
        "ours": _bundling(folder),
        "mkimage -E": Command(argv=(*mkimage, "-E", "external.itb"), cwd=folder),
        "mkimage": Command(argv=(*mkimage, "inside.itb"), cwd=folder),
    }


def _sign(peers: Mapping[str, bench_peers.Peer], work: Path) -> dict[str, dict[str, Command]]:
    """Sign a copy of 64 MiB, and verify it: imgtool's is a file of its own format."""
    folder = _handset(work / "sign", kernel=64 * MIB)
    run([*_bundling(folder).argv], cwd=folder)
    keys = ("--key", "test:")
    ours = {
        "sign": (*TOOL, "--quiet", "sign", "ours.itb", *keys, "-o", "signed.itb"),
        "verify": (*TOOL, "verify", "signed.itb", *keys),
    }
    imgtool = peers["imgtool"].program
    run([imgtool, "keygen", "-t", "ed25519", "-k", "key.pem"], cwd=folder)
    options = ("-k", "key.pem", "-v", "1.0.0", "-H", "512", "--pad-header", "-S", "0x5000000")
    theirs = {
        "sign": (imgtool, "sign", *options, "--align", "8", "kernel", "signed.bin"),
        "verify": (imgtool, "verify", "-k", "key.pem", "signed.bin"),
    }
    for job in ("sign", "verify"):  # what is verified must be there before its turn comes
        run([*ours[job]], cwd=folder)
        run([*theirs[job]], cwd=folder)
    return {
        job: {
            "ours": Command(argv=ours[job], cwd=folder),
            "imgtool": Command(argv=theirs[job], cwd=folder),
        }
        for job in ours
    }


def _disk(work: Path) -> dict[str, Command]:
    """A disk with 4.5 GiB of user data, 64 MiB of which are not zeros, here and there."""
    folder = _handset(work / "disk", kernel=16 * MIB)
    noise = random.Random(2)  # noqa: S311 - the same in each run
    with (folder / "userdata").open("wb") as file:
        file.truncate(4608 * MIB)
        for at in range(0, 4608, 72):
            file.seek(at * MIB)
            file.write(noise.randbytes(MIB))
    argv = (*TOOL, "--quiet", "bundle", "handset.toml", "--board", "qemu-virt", "--unsigned")
    more = ("--container", "disk", "--userdata", "userdata", "-o", "phone.img")
    check = (*TOOL, "verify", "phone.img", "--unsigned")
    run([*argv, *more], cwd=folder)
    return {
        "ours": Command(argv=(*argv, *more), cwd=folder),
        "ours, verify": Command(argv=check, cwd=folder),
    }


def _bundling(folder: Path) -> Command:
    argv = (*TOOL, "--quiet", "bundle", "handset.toml", "--board", "qemu-virt", "--unsigned")
    return Command(argv=(*argv, "-o", "ours.itb"), cwd=folder)


def _handset(folder: Path, kernel: int, ramdisk: int = 0) -> Path:
    """Write a handset whose persona has files of so many bytes."""
    folder.mkdir()
    build_firmware(folder)
    noise = random.Random(1)  # noqa: S311 - the same in each run
    head = struct.pack("<IIQQQ24s4sI", 0x91005A4D, 0, 0, kernel, 0xA, b"", b"ARM\x64", 0)
    (folder / "kernel").write_bytes(head + noise.randbytes(kernel - len(head)))
    text = (HERE / "handset.toml").read_text().replace("64 MiB", "256 MiB")
    if ramdisk:
        (folder / "ramdisk").write_bytes(b"\x1f\x8b\x08" + noise.randbytes(ramdisk - 3))
        text = text.replace('kernel = "guest.bin"', 'kernel = "guest.bin"\nramdisk = "ramdisk"')
    (folder / "handset.toml").write_text(text.replace("guest.bin", "kernel"))
    return folder


def _audit(peers: Mapping[str, bench_peers.Peer], work: Path) -> dict[str, Command]:
    machine = "virt,virtualization=on,gic-version=3,dtb-randomness=off"
    dump = ["qemu-system-aarch64", "-M", f"{machine},dumpdtb=long.dtb", "-m", "1G", "-nic", "none"]
    run([*dump, "-cpu", "cortex-a53"], cwd=work)
    run(["dtc", "-q", "-I", "dtb", "-O", "dtb", "-o", "small.dtb", "long.dtb"], cwd=work)
    lint = Command(argv=(*TOOL, "lint", "small.dtb"), cwd=work)
    first = Command(argv=lint.argv, cwd=work, anew="MVPSDK_ROUND")
    lopper = (peers["lopper"].program, "-f", "-W", "memory_all", "small.dtb", "small.dts")
    schemas = (peers["dt-validate"].program, "small.dtb")
    return {
        "ours": first,
        "ours, again": lint,
        "lopper": Command(argv=lopper, cwd=work),
        "dt-validate": Command(argv=schemas, cwd=work),
    }


def _lint(work: Path) -> dict[str, tuple[dict[str, Command], int]]:
    """The whole demo handset: cold the firmware is compiled, too; warm nothing has changed."""
    folder = work / "demo"
    shutil.copytree(DEMO, folder, ignore=shutil.ignore_patterns("images", "build"))
    (folder / "images").mkdir()
    for name in (*NAMES, "personal-os.bin"):
        shutil.copyfile(prepared() / name, folder / "images" / name)
    lint = (*TOOL, "lint", ".")
    linux = {"ours": Command(argv=lint, cwd=_installer(work / "linux"), cold=True)}
    return {
        "lint-cold": ({"ours": Command(argv=lint, cwd=folder, cold=True)}, SLOW),
        "lint-linux": (linux, SLOW),
        "lint-changed": ({"ours": Command(argv=lint, cwd=folder, anew="MVPSDK_ROUND")}, QUICK),
        "lint-warm": ({"ours": Command(argv=lint, cwd=folder)}, QUICK),
    }


LINUX = """\
[handset]
name = "linux"
version = "1.0.0"
boards = ["qemu-virt"]

[[persona]]
name = "work"
kernel = "linux"
ramdisk = "initrd.gz"
memory = "448 MiB"
command-line = "console=ttyAMA0"

[boot]
mode = "exclusive"
default = "work"
"""


def _installer(folder: Path) -> Path:
    """Debian's installer as a handset: a kernel and a ramdisk of everyday size."""
    folder.mkdir()
    found = Path(runpy.run_path(str(DEMO / "prepare"))["installer"]())
    for name in NAMES:
        shutil.copyfile(found / name, folder / name)
    (folder / "handset.toml").write_text(LINUX)
    return folder


def _in_turns(
    commands: dict[str, Command], rounds: int, versions: Mapping[str, str]
) -> dict[str, Any]:
    """Run all in turns, by bench_timer.py: the least of several runs, as noise only ever adds."""
    plain = {name: {**asdict(each), "cwd": str(each.cwd)} for name, each in commands.items()}
    timer = [sys.executable, "-IS", str(HERE / "bench_timer.py")]
    job = json.dumps({"rounds": rounds, "commands": plain})
    done = subprocess.run(timer, input=job, stdout=subprocess.PIPE, text=True, check=True)
    return {
        name: {
            "version": versions.get(name.split()[0], ""),
            "seconds": round(seconds, 3),  # by the clock
            "cpu": round(cpu, 3),  # seconds of all CPUs
            "memory": round(memory, 1),  # MB, the largest resident set
        }
        for name, (seconds, cpu, memory) in json.loads(done.stdout).items()
    }
