"""Runs a program on a new terminal, for Node has no terminals to give.

Usage: pty.py PTS OWNER PROGRAM ARGUMENT…
  PTS    the folder /dev/pts of a computer, as seen from here; empty: a terminal of this system
  OWNER  id of the user whom a computer's terminal is given to

Standard input is typed, standard output is what the terminal shows; descriptor 3 takes lines "COLUMNS ROWS".
Ends with the program, once what it wrote is passed on. Hangs up on it when standard input ends.
"""

import errno
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios

TYPED, SHOWN, SIZES = 0, 1, 3
# Bytes kept for a side that does not take them; no more is read from the other side meanwhile.
LIMIT = 256 * 1024
# Linux: unlock the terminal behind a /dev/ptmx, and tell its number.
TIOCSPTLCK, TIOCGPTN = 0x40045431, 0x80045430


def open_terminal(pts, owner):
    """Both ends of a new terminal: ours, and the program's."""
    if not pts:
        return pty.openpty()
    ours = os.open(f"{pts}/ptmx", os.O_RDWR | os.O_NOCTTY)
    fcntl.ioctl(ours, TIOCSPTLCK, struct.pack("i", 0))
    (number,) = struct.unpack("i", fcntl.ioctl(ours, TIOCGPTN, bytes(4)))
    os.chown(f"{pts}/{number}", owner, -1)
    return ours, os.open(f"{pts}/{number}", os.O_RDWR | os.O_NOCTTY)


def take_terminal():
    """Makes the program the leader of a session on its terminal. In a computer it does that itself, from inside."""
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def resize(terminal, columns, rows):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def read_all(terminal):
    """What the terminal shows now, up to the limit, and whether nothing can follow it."""
    shown = bytearray()
    try:
        while len(shown) < LIMIT:
            part = os.read(terminal, LIMIT)
            if not part:
                return shown, True
            shown += part
    except OSError as error:
        return shown, error.errno != errno.EAGAIN
    return shown, False


def write_some(file, data):
    """Writes what fits of the data and takes it away from them."""
    try:
        del data[: os.write(file, data[:LIMIT])]
    except BlockingIOError:
        pass


def relay(terminal, program, bell):
    """Passes on both ways until the program or standard input ends. Returns what is still to be shown."""
    typed, shown, sizes = bytearray(), bytearray(), bytearray()
    while True:
        sources = [SIZES, bell]
        sources += [TYPED] if len(typed) < LIMIT else []
        sources += [terminal] if len(shown) < LIMIT else []
        sinks = ([terminal] if typed else []) + ([SHOWN] if shown else [])
        ready, takers, _ = select.select(sources, sinks, [])
        # Descriptors are looked at in ascending order, so a size sent before something typed is seen with it.
        if SIZES in ready:
            sizes += os.read(SIZES, LIMIT)
            *lines, sizes = sizes.split(b"\n")
            for line in lines:
                resize(terminal, *map(int, line.split()))
        if TYPED in ready:
            part = os.read(TYPED, LIMIT)
            if not part:
                return b""
            typed += part
        if terminal in takers:
            write_some(terminal, typed)
        if terminal in ready:
            part, is_over = read_all(terminal)
            shown += part
            if is_over:
                return shown
        if SHOWN in takers:
            write_some(SHOWN, shown)
        if bell in ready:
            os.read(bell, LIMIT)
            if program.poll() is not None:
                return shown + read_all(terminal)[0]


def main(pts, owner, *command):
    terminal, inside = open_terminal(pts, int(owner))
    resize(terminal, 80, 24)
    bell, ring = os.pipe()
    for file in (terminal, ring, TYPED, SHOWN):
        os.set_blocking(file, False)
    # The end of the program rings, so that one wait covers it as well.
    signal.set_wakeup_fd(ring)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    program = subprocess.Popen(
        command, stdin=inside, stdout=inside, stderr=inside, preexec_fn=None if pts else take_terminal
    )
    os.close(inside)
    rest = relay(terminal, program, bell)
    os.set_blocking(SHOWN, True)
    while rest:
        write_some(SHOWN, rest)


main(*sys.argv[1:])
