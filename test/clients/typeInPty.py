"""Runs a program in a pty of 80 x 24: typeInPty.py PROMPT LINE COMMAND...

Types the line once the prompt appears. Prints all output, and ends with the program's exit code, or 124 after 60 s.
"""

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

prompt, line, *command = sys.argv[1:]
pid, master = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
output, typed, deadline, code = b"", False, time.monotonic() + 60, None
while code is None:
    if time.monotonic() > deadline:
        os.kill(pid, signal.SIGKILL)
        code = 124
    elif select.select([master], [], [], 0.2)[0]:
        try:
            data = os.read(master, 65536)
        except OSError:  # EIO: the program has ended.
            data = b""
        if not data:
            break
        output += data
        if not typed and prompt.encode() in output:
            os.write(master, line.encode() + b"\r")
            typed = True
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
sys.stdout.buffer.write(output)
sys.exit(status if code is None else code)
