"""Runs one command, its output thrown into a file, and prints its wall seconds, CPU seconds, greatest memory in
kB and exit code.

A process this small adds next to nothing to the memory figure of its child.
"""
import json
import os
import sys
import time

output = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
actions = [(os.POSIX_SPAWN_DUP2, output, 1), (os.POSIX_SPAWN_DUP2, output, 2)]
start = time.perf_counter()
pid = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ, file_actions=actions)
_, status, usage = os.wait4(pid, 0)
seconds = time.perf_counter() - start
print(json.dumps({"seconds": seconds, "cpuSeconds": usage.ru_utime + usage.ru_stime, "kilobytes": usage.ru_maxrss, "code": os.waitstatus_to_exitcode(status)}))
