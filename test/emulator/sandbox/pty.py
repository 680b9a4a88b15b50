"""Runs a program on a new terminal, for Node has no terminals to give.

Usage: pty.py PTS OWNER PROGRAM ARGUMENT…
  PTS    the folder /dev/pts of a computer, as seen from here; empty: a terminal of this system
  OWNER  id of the user whom a computer's terminal is given to

Standard input is typed input, standard output is the terminal's output; descriptor 3 takes lines "COLUMNS ROWS".
Ends with the program, after the rest of its output. Hangs up on it when standard input ends.
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
# Bytes buffered for a receiver without room; reading from the other side pauses meanwhile.
LIMIT = 256 * 1024
# Linux: unlock the terminal behind a /dev/ptmx, and get its number.
TIOCSPTLCK, TIOCGPTN = 0x40045431, 0x80045430


def open_terminal(pts, owner):
    """Opens a terminal. Returns both ends: ours, and the program's."""
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
    """Reads the terminal's output so far, up to the limit. Returns it, and True when no more can follow."""
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
    """Writes the part of the data that fits, and removes it from them."""
    try:
        del data[: os.write(file, data[:LIMIT])]
    except BlockingIOError:
        pass


def relay(terminal, program, wakeup):
    """Copies data both ways until the program or standard input ends. Returns the output that is still to be written."""
    typed, shown, sizes = bytearray(), bytearray(), bytearray()
    while True:
        sources = [SIZES, wakeup]
        sources += [TYPED] if len(typed) < LIMIT else []
        sources += [terminal] if len(shown) < LIMIT else []
        sinks = ([terminal] if typed else []) + ([SHOWN] if shown else [])
        ready, takers, _ = select.select(sources, sinks, [])
        # Sizes come first, so that one sent before typed input takes effect before it.
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
        if wakeup in ready:
            os.read(wakeup, LIMIT)
            if program.poll() is not None:
                return shown + read_all(terminal)[0]


def main(pts, owner, *command):
    terminal, inside = open_terminal(pts, int(owner))
    resize(terminal, 80, 24)
    wakeup, wakeup_end = os.pipe()
    for file in (terminal, wakeup_end, TYPED, SHOWN):
        os.set_blocking(file, False)
    # SIGCHLD writes to this pipe, so that select() also wakes up at the end of the program.
    signal.set_wakeup_fd(wakeup_end)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    program = subprocess.Popen(
        command, stdin=inside, stdout=inside, stderr=inside, preexec_fn=None if pts else take_terminal
    )
    os.close(inside)
    remaining = relay(terminal, program, wakeup)
    os.set_blocking(SHOWN, True)
    while remaining:
        write_some(SHOWN, remaining)


main(*sys.argv[1:])
