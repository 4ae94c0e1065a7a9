// The lab's one small program: the first process of the enclosure, the server in the pods, and the client that connects.
//
//	agent init                                  mounts, waits for ever, reaps
//	agent pause                                 the pod's sandbox
//	agent serve http:ADDR tcp:ADDR udp:ADDR mute:ADDR …
//	agent probe [-n N] [-t MS] [-p LOCALPORT] TARGET…   JSON: target → answer or error → how often
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sort"
	"strings"
	"sync"
	"syscall"
	"time"
)

func main() {
	if len(os.Args) < 2 {
		fail(errors.New("agent init|pause|serve|probe"))
	}
	switch os.Args[1] {
	case "init":
		enclose()
	case "pause":
		signal.Ignore(syscall.SIGCHLD)
		serve(nil)
	case "serve":
		serve(os.Args[2:])
	case "probe":
		probe(os.Args[2:])
	default:
		fail(fmt.Errorf("unknown command %q", os.Args[1]))
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// enclose prepares the mount namespace so that whatever the lab writes below /run and /var vanishes with it.
func enclose() {
	signal.Ignore(syscall.SIGCHLD, syscall.SIGHUP, syscall.SIGINT)
	must := func(err error, what string) {
		if err != nil {
			fail(fmt.Errorf("%s: %w", what, err))
		}
	}
	must(syscall.Mount("proc", "/proc", "proc", 0, ""), "mount /proc")
	must(syscall.Mount("tmpfs", "/run", "tmpfs", 0, "mode=755"), "mount /run")
	for _, d := range []string{"/run/netns", "/run/plumb-lab", "/run/over/up", "/run/over/work"} {
		must(os.MkdirAll(d, 0o755), d)
	}
	must(syscall.Mount("overlay", "/var", "overlay", 0, "lowerdir=/var,upperdir=/run/over/up,workdir=/run/over/work"), "mount /var")
	must(os.WriteFile("/run/plumb-lab/enclosed", nil, 0o644), "mark")
	for {
		time.Sleep(time.Hour)
	}
}

func serve(listeners []string) {
	name, _ := os.Hostname()
	fmt.Println("serving as", name, listeners)
	for _, l := range listeners {
		kind, addr, _ := strings.Cut(l, ":")
		switch kind {
		case "http":
			h := http.NewServeMux()
			h.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, "%s %s\n", name, r.RemoteAddr) })
			h.HandleFunc("/fail", func(w http.ResponseWriter, r *http.Request) { http.Error(w, "not ready", 503) })
			go func() { fail(http.ListenAndServe(addr, h)) }()
		case "tcp", "mute":
			ln, err := net.Listen("tcp", addr)
			if err != nil {
				fail(err)
			}
			go func() {
				for {
					c, err := ln.Accept()
					if err != nil {
						fail(err)
					}
					if kind == "tcp" {
						fmt.Fprintf(c, "%s %s\n", name, c.RemoteAddr())
						c.Close()
					}
				}
			}()
		case "udp":
			pc, err := net.ListenPacket("udp", addr)
			if err != nil {
				fail(err)
			}
			go func() {
				b := make([]byte, 2048)
				for {
					_, from, err := pc.ReadFrom(b)
					if err != nil {
						continue
					}
					pc.WriteTo([]byte(fmt.Sprintf("%s %s\n", name, from)), from)
				}
			}()
		default:
			fail(fmt.Errorf("unknown listener %q", l))
		}
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	<-stop
}

func probe(args []string) {
	f := flag.NewFlagSet("probe", flag.ExitOnError)
	n := f.Int("n", 6, "tries")
	ms := f.Int("t", 1000, "timeout in ms")
	local := f.Int("p", 0, "local port (then the tries follow one another)")
	f.Parse(args)
	out := map[string]map[string]int{}
	clients := map[string]map[string]int{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for _, target := range f.Args() {
		answers, seen := map[string]int{}, map[string]int{}
		mu.Lock()
		out[target], clients[target] = answers, seen
		mu.Unlock()
		one := func() {
			answer, client := try(target, time.Duration(*ms)*time.Millisecond, *local)
			mu.Lock()
			answers[answer]++
			if client != "" {
				seen[client]++
			}
			mu.Unlock()
		}
		for i := 0; i < *n; i++ {
			if *local != 0 {
				one()
				continue
			}
			wg.Add(1)
			go func() { defer wg.Done(); one() }()
			time.Sleep(2 * time.Millisecond)
		}
	}
	wg.Wait()
	json.NewEncoder(os.Stdout).Encode(map[string]any{"answers": out, "clients": clients})
}

// try returns who answered (or the error in one word) and which client address the server saw.
func try(target string, limit time.Duration, local int) (string, string) {
	kind, rest, _ := strings.Cut(target, "/")
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	if kind == "dns" || kind == "dns6" {
		r := net.Resolver{PreferGo: true}
		ips, err := r.LookupIP(ctx, map[string]string{"dns": "ip4", "dns6": "ip6"}[kind], rest)
		if err != nil {
			return name(err), ""
		}
		s := make([]string, 0, len(ips))
		for _, ip := range ips {
			s = append(s, ip.String())
		}
		sort.Strings(s)
		return strings.Join(s, " "), ""
	}
	d := net.Dialer{Control: reuse}
	if local != 0 && kind == "udp" {
		d.LocalAddr = &net.UDPAddr{Port: local}
	} else if local != 0 {
		d.LocalAddr = &net.TCPAddr{Port: local}
	}
	c, err := d.DialContext(ctx, kind, rest)
	if err != nil {
		return name(err), ""
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(limit))
	question := "who\n"
	if kind == "tcp" {
		question = "GET / HTTP/1.0\r\n\r\n"
	}
	io.WriteString(c, question)
	b := make([]byte, 4096)
	all := ""
	for {
		k, err := c.Read(b)
		all += string(b[:k])
		if kind == "udp" && k > 0 {
			break
		}
		if err == io.EOF || (err != nil && all != "") {
			break
		}
		if err != nil {
			if kind == "tcp" && errors.Is(err, os.ErrDeadlineExceeded) {
				return "no-answer", ""
			}
			return name(err), ""
		}
	}
	lines := strings.Split(strings.TrimSpace(all), "\n")
	who, client, _ := strings.Cut(strings.TrimSpace(lines[len(lines)-1]), " ")
	if who == "" {
		return "empty-answer", ""
	}
	host, _, _ := net.SplitHostPort(client)
	return who, host
}

func reuse(_, _ string, c syscall.RawConn) error {
	return c.Control(func(fd uintptr) { syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1) })
}

func name(err error) string {
	var dns *net.DNSError
	if errors.As(err, &dns) {
		switch {
		case dns.IsNotFound:
			return "nxdomain"
		case strings.Contains(dns.Err, "refused"):
			return "dns-refused"
		case dns.IsTimeout:
			return "dns-timeout"
		case strings.Contains(dns.Err, "misbehaving"):
			return "servfail"
		}
		return "dns: " + dns.Err
	}
	for e, n := range map[syscall.Errno]string{syscall.ECONNREFUSED: "refused", syscall.EHOSTUNREACH: "no-route-to-host",
		syscall.ENETUNREACH: "network-unreachable", syscall.ECONNRESET: "reset", syscall.EACCES: "prohibited", syscall.ETIMEDOUT: "timeout", syscall.EPERM: "not-permitted"} {
		if errors.Is(err, e) {
			return n
		}
	}
	var ne net.Error
	if errors.As(err, &ne) && ne.Timeout() {
		return "timeout"
	}
	return err.Error()
}
