"""A link with a configurable round trip below the kernel's TCP: slowLink.py ROUND_TRIP_MS

Needs root and a network namespace made for it. It makes the device `slow` with the address 10.99.0.1. Packets to
10.99.0.2 come back to 10.99.0.1 after half a round trip with the two addresses exchanged, so that a client of 10.99.0.2
reaches what listens on 10.99.0.1. Prints `ready`. A line with a number on standard input changes the round trip, which
is answered by `ready` too. The end of standard input ends it, and the device with it."""

import collections
import fcntl
import os
import select
import struct
import subprocess
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN_NO_PI = 0x1001

half = float(sys.argv[1]) / 2000
device = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH", b"slow", IFF_TUN_NO_PI))
for command in ("ip addr add 10.99.0.1/24 dev slow", "ip link set slow up"):
    subprocess.check_call(command.split())
print("ready", flush=True)

in_flight = collections.deque()
while True:
    timeout = None if not in_flight else max(0, in_flight[0][0] - time.monotonic())
    readable = select.select([device, sys.stdin], [], [], timeout)[0]
    if sys.stdin in readable:
        message = sys.stdin.readline()
        if not message:
            break
        half = float(message) / 2000
        print("ready", flush=True)
    if device in readable:
        packet = os.read(device, 65535)
        source, target = packet[12:16], packet[16:20]
        if packet[0] >> 4 == 4:
            # Exchanging the addresses leaves the checksums as they are.
            in_flight.append((time.monotonic() + half, packet[:12] + target + source + packet[20:]))
    while in_flight and in_flight[0][0] <= time.monotonic():
        os.write(device, in_flight.popleft()[1])
