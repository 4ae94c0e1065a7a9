#!/bin/sh
# What an engineer types to follow one ClusterIP on the node itself: twelve listings. $1 is the address.
set -e
list() { iptables-legacy -t "$1" -S "$2"; }
service=$(list nat KUBE-SERVICES | grep -- "-d $1/32" | head -n 1 | sed 's/.*-j //')
list nat PREROUTING
list nat OUTPUT
branches=$(list nat "$service")
echo "$branches"
for endpoint in $(echo "$branches" | grep -o 'KUBE-SEP-[A-Z0-9]*' | head -n 3); do list nat "$endpoint"; done
list nat KUBE-MARK-MASQ
list nat KUBE-POSTROUTING
list nat POSTROUTING
list filter FORWARD
list filter KUBE-FORWARD
