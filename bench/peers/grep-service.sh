#!/bin/sh
# What an engineer types to follow one ClusterIP through a dump: twelve greps. $1 is the dump, $2 the address.
set -e
entry=$(grep -- "-A KUBE-SERVICES -d $2/32" "$1" | head -n 1)
service=$(echo "$entry" | sed 's/.*-j //')
grep -c -- '-A PREROUTING.*-j KUBE-SERVICES' "$1"
grep -c -- '-A OUTPUT.*-j KUBE-SERVICES' "$1"
grep -- "-A $service " "$1" > "$3.branches"
endpoints=$(sed 's/.*-j //' "$3.branches" | grep KUBE-SEP)
for endpoint in $(echo "$endpoints" | head -n 3); do grep -- "-A $endpoint " "$1"; done
grep -- '-A KUBE-MARK-MASQ' "$1"
grep -- '-A KUBE-POSTROUTING' "$1"
grep -- '-A POSTROUTING' "$1"
grep -- '-A KUBE-FORWARD' "$1"
grep -c -- '-A FORWARD' "$1"
