import { createHash } from 'node:crypto';
import fc from '../model/random-fixture.ts';
import { describe, expect, it } from 'vitest';
import { parseIp } from '../model/address.ts';
import { endpointChain, hashName, nftEndpointBase, nftServiceBase, serviceHash } from './names.ts';
import { sha256 } from '../model/sha256.ts';

const ip = (text: string) => parseIp(text) ?? 0;

describe('sha256', () => {
  it('is the platform’s SHA-256', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300, unit: 'binary' }), (text) => {
        expect(Buffer.from(sha256(text))).toEqual(createHash('sha256').update(text).digest());
      }),
    );
  });
});

// Vectors: kubernetes v1.28 pkg/proxy/iptables/proxier_test.go; every cluster with kube-dns.
describe('iptables names', () => {
  it.each([
    ['ns1/svc1', 'p80', 'tcp', 'XPGD46QRK7WJZT7O'],
    ['ns1/svc1', '', 'tcp', 'AQI2S6QIMU7PVVRP'],
    ['default/kubernetes', 'https', 'tcp', 'NPX46M4PTMTKRN6Y'],
    ['kube-system/kube-dns', 'dns', 'udp', 'TCOU7JCQXEZGVUNU'],
    ['kube-system/kube-dns', 'dns-tcp', 'tcp', 'ERIFXISQEP7F7OF4'],
  ])('%s:%s %s', (service, port, protocol, hash) => {
    expect(serviceHash(service, port, protocol)).toBe(hash);
  });

  it.each([
    ['10.180.0.1', 'KUBE-SEP-SXIVWICOYRO3J4NJ'],
    ['10.180.2.1', 'KUBE-SEP-ZX7GRIZKSNUQ3LAJ'],
    ['ff06::c1', 'KUBE-SEP-LIGRYQQLSZN4UWQ5'],
  ])('endpoint %s', (address, chain) => {
    expect(endpointChain('ns1/svc1', 'p80', 'tcp', ip(address), 80)).toBe(chain);
  });
});

// Vectors: kubernetes v1.37.2 pkg/proxy/nftables/proxier_test.go.
describe('nftables names', () => {
  const long = [
    'very-long-namespace-name-abcdefghijklmnopqrstuvwxyz0123456789xx/very-long-service-name-why-would-you-even-do-this-i-mean-really',
    'port-443-providing-the-hypertext-transmission-protocol-with-tls',
    'sctp',
  ] as const;

  it('hash namespace, name, protocol and port', () => {
    expect(nftServiceBase('testing/service', 'http', 'tcp')).toBe('P4ZYZVCF-testing/service/tcp/http');
    expect(nftServiceBase(...long)).toMatch(/^KR6NACJP-/);
    expect(nftServiceBase('ns1/svc1', 'p80', 'tcp')).toBe('ULMVA6XW-ns1/svc1/tcp/p80');
  });

  it('hash endpoints after the colons became dots, and cut what is too long', () => {
    expect(nftEndpointBase('testing/service', 'http', 'tcp', ip('10.180.0.1'), 80)).toMatch(/^JO2XBXZR-/);
    expect(hashName('testing/service/tcp/http__fd80.abcd.12..a1b2.c3d4.e5f6.9999/80', 8)).toBe('U7E2ET36');
    expect(nftEndpointBase(...long, ip('1234:5678:9abc:def0::abc:1234'), 443)).toHaveLength(240);
    const cut = nftEndpointBase(...long, ip('1234:5678:9abc:def0:1:abcd:1234:5678'), 443);
    expect(cut).toHaveLength(240);
    expect(cut).toMatch(/__1234\.5678\.9abc\.def0\.1\.abcd\.123\.\.\.$/);
    expect(hashName(`${long[0]}/sctp/${long[1]}__1234.5678.9abc.def0..abcd.1234.5678/443`, 8)).toBe(
      'CI6C53Q3',
    );
  });
});
