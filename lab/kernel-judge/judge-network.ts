import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { DESTINATIONS } from './random-values.ts';
import type { RandomPacket } from './ruleset-model.ts';

// Binds each packet's own address and port, sends once, and says so. It runs inside the sender's namespace.
const SENDER = `
const dgram = require('node:dgram'), net = require('node:net');
const lines = require('node:readline').createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const { source, sourcePort, destination, destinationPort, protocol } = JSON.parse(line);
  const done = (text) => console.log(text);
  if (protocol === 'udp') {
    const socket = dgram.createSocket({ type: 'udp4', reuseAddr: true });
    socket.on('error', (error) => { done(String(error)); });
    socket.bind(sourcePort, source, () => socket.send('x', destinationPort, destination, (error) => { socket.close(); done(error ? String(error) : 'ok'); }));
  } else {
    const socket = net.connect({ host: destination, port: destinationPort, localAddress: source, localPort: sourcePort });
    socket.on('error', () => {});
    setTimeout(() => { socket.destroy(); done('ok'); }, 2);
  }
});
`;

/**
 * Two network namespaces: a sender, and the node under judgement, joined by a veth. The node forwards 203.0.113.0/24 into a sink
 * and owns 192.0.2.1 and 192.0.2.2. It has no route back to the sender, so that it answers nothing and each packet is alone.
 */
export class JudgeNetwork {
  readonly #holders: ChildProcess[] = [];
  readonly #sender: ChildProcess;
  readonly #answers: Interface;
  readonly #node: string;
  #nextPort = 1100;

  constructor() {
    const sender = this.#hold();
    this.#node = this.#hold();
    const inNode = (...command: string[]): string => this.run(...command);
    const inSender = (...command: string[]): void => {
      execFileSync('nsenter', ['-t', sender, '-n', ...command]);
    };
    inNode('ip', 'link', 'add', 'judge1', 'type', 'veth', 'peer', 'name', 'judge0', 'netns', sender);
    inNode('ip', 'link', 'set', 'judge1', 'address', '02:00:00:00:00:01');
    for (const link of ['judge1', 'lo']) inNode('ip', 'link', 'set', link, 'up');
    inNode('ip', 'link', 'add', 'out0', 'type', 'veth', 'peer', 'name', 'sink0', 'netns', sender);
    inNode('ip', 'link', 'set', 'out0', 'up', 'arp', 'off');
    inSender('ip', 'link', 'set', 'sink0', 'up', 'arp', 'off');
    inNode('ip', 'addr', 'add', '192.0.2.1/32', 'dev', 'out0');
    inNode('ip', 'addr', 'add', '192.0.2.2/32', 'dev', 'judge1');
    inNode('ip', 'route', 'add', '203.0.113.0/24', 'dev', 'out0');
    inNode('ip', 'route', 'add', '10.96.0.0/16', 'dev', 'out0');
    inNode('ip', 'route', 'add', 'blackhole', '198.18.0.0/16');
    for (const setting of [
      'net.ipv4.ip_forward=1',
      'net.ipv4.conf.all.rp_filter=0',
      'net.ipv4.conf.judge1.rp_filter=0',
    ])
      inNode('sysctl', '-qw', setting);
    inSender('ip', 'link', 'set', 'judge0', 'up');
    for (const address of ['198.18.0.1', '198.18.0.2', '198.18.1.1', '198.18.1.2'])
      inSender('ip', 'addr', 'add', `${address}/32`, 'dev', 'judge0');
    inSender('ip', 'route', 'add', 'default', 'dev', 'judge0');
    for (const address of DESTINATIONS)
      inSender(
        'ip',
        'neigh',
        'add',
        address,
        'lladdr',
        '02:00:00:00:00:01',
        'dev',
        'judge0',
        'nud',
        'permanent',
      );
    this.#sender = spawn('nsenter', ['-t', sender, '-n', process.execPath, '-e', SENDER], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    if (this.#sender.stdout === null) throw new Error('the sender has no output');
    this.#answers = createInterface({ input: this.#sender.stdout });
  }

  /** Runs a command in the node's namespace; what it printed comes back. */
  run(...command: string[]): string {
    return execFileSync('nsenter', ['-t', this.#node, '-n', ...command], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  }

  /** Runs a command in the node's namespace with `input`. */
  feed(input: string, ...command: string[]): void {
    execFileSync('nsenter', ['-t', this.#node, '-n', ...command], { input, stdio: ['pipe', 'pipe', 'pipe'] });
  }

  /** Starts a command in the node's namespace; its output is the caller's. */
  spawn(...command: string[]): ChildProcess {
    const started = spawn('nsenter', ['-t', this.#node, '-n', ...command], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#holders.push(started);
    return started;
  }

  /** A source port that no packet had before. */
  freshPort(): number {
    this.#nextPort = this.#nextPort >= 65000 ? 1100 : this.#nextPort + 1;
    return this.#nextPort;
  }

  /** Sends one packet and waits until it has left. */
  async send(packet: RandomPacket, sourcePort: number): Promise<void> {
    const answer = new Promise<string>((resolve) => {
      this.#answers.once('line', resolve);
    });
    this.#sender.stdin?.write(`${JSON.stringify({ ...packet, sourcePort })}\n`);
    const text = await answer;
    if (text !== 'ok') throw new Error(`the packet was not sent: ${text}`);
  }

  /** Ends the namespaces. */
  close(): void {
    this.#sender.stdin?.end();
    for (const holder of this.#holders) holder.kill();
  }

  #hold(): string {
    const holder = spawn('unshare', ['-n', 'sleep', '86400'], { stdio: 'ignore' });
    if (holder.pid === undefined) throw new Error('no namespace');
    this.#holders.push(holder);
    const own = execFileSync('readlink', ['/proc/self/ns/net'], { encoding: 'utf8' });
    // The process exists before its namespace does.
    for (let i = 0; i < 1000; i++) {
      const theirs = execFileSync('readlink', [`/proc/${holder.pid}/ns/net`], { encoding: 'utf8' });
      if (theirs !== own) return String(holder.pid);
    }
    throw new Error('the namespace did not come up');
  }
}
