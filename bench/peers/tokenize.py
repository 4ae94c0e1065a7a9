"""A peer: the way a script in Python reads a dump, by one compiled regular expression for the words."""
import re
import sys

WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)')
chains = {}
with open(sys.argv[1], encoding="utf-8") as lines:
    for line in lines:
        if not line.startswith("-A "):
            continue
        words = [quoted or plain for quoted, plain in WORD.findall(line)]
        chains.setdefault(words[1], []).append(words[2:])
print(len(chains))
