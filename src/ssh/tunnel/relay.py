# Carries bytes between the terminal, where they are lines of base64, and a server on a socket pair.
import base64, os, select, socket, subprocess, sys
ours, theirs = socket.socketpair()
subprocess.Popen(sys.argv[1:], stdin=theirs, stdout=theirs)
theirs.close()
rest = b''
while True:
    ready, _, _ = select.select([0, ours], [], [])
    if 0 in ready:
        data = os.read(0, 65536)
        if not data:
            break
        *lines, rest = (rest + data).split(b'\n')
        ours.sendall(b''.join(base64.b64decode(line) for line in lines))
    if ours in ready:
        data = ours.recv(24576)
        if not data:
            break
        line = base64.b64encode(data) + b'\n'
        while line:
            line = line[os.write(1, line):]
