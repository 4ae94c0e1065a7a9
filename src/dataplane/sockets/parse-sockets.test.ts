import { describe, expect, it } from 'vitest';
import { parseIp } from '../../model/address.ts';
import { parseSockets } from './parse-sockets.ts';

const read = (text: string) => parseSockets({ path: 'ss.txt', bytes: new TextEncoder().encode(text) });

describe('parseSockets', () => {
  it('reads what ss prints of wildcards, addresses and interfaces', () => {
    const { items, issues } = read(
      [
        'Netid State  Recv-Q Send-Q Local Address:Port  Peer Address:PortProcess',
        'udp   UNCONN 0      0      127.0.0.53%lo:53         0.0.0.0:*',
        'tcp   LISTEN 3      4096         0.0.0.0:31311      0.0.0.0:*',
        'tcp   LISTEN 0      4096               *:10256            *:*',
        'tcp   LISTEN 0      4096            [::]:22            [::]:*',
      ].join('\n'),
    );
    expect(issues).toEqual([]);
    expect(items.map(({ port, families, address }) => ({ port, families, address }))).toEqual([
      { port: 53, families: ['IPv4'], address: parseIp('127.0.0.53') },
      { port: 31311, families: ['IPv4'], address: undefined },
      { port: 10256, families: ['IPv4', 'IPv6'], address: undefined },
      { port: 22, families: ['IPv6'], address: undefined },
    ]);
    expect(items[1]).toMatchObject({ waiting: 3, backlog: 4096, line: 3 });
  });

  it('reads `ss -lnt`, which leaves out the first column', () => {
    const { items } = read(
      'State  Recv-Q Send-Q Local Address:Port Peer Address:Port\nLISTEN 0 128 127.0.0.1:8080 0.0.0.0:*',
    );
    expect(items).toMatchObject([{ protocol: 6, port: 8080, address: parseIp('127.0.0.1') }]);
  });

  it('reads netstat, whose IPv6 wildcard may take both families', () => {
    const { items } = read(
      [
        'Active Internet connections (only servers)',
        'Proto Recv-Q Send-Q Local Address           Foreign Address         State',
        'tcp        0      0 127.0.0.1:10248         0.0.0.0:*               LISTEN',
        'tcp        0      0 :::10250                :::*                    LISTEN',
        'udp        0      0 0.0.0.0:68              0.0.0.0:*',
      ].join('\n'),
    );
    expect(items.map(({ protocol, port, families }) => [protocol, port, families])).toEqual([
      [6, 10248, ['IPv4']],
      [6, 10250, ['IPv4', 'IPv6']],
      [17, 68, ['IPv4']],
    ]);
  });

  it('keeps a line that it does not understand as an issue', () => {
    expect(read('tcp LISTEN 0 128 nonsense 0.0.0.0:*').issues).toMatchObject([{ line: 1 }]);
  });
});
