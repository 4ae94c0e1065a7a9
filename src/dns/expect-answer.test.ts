import { describe, expect, it } from 'vitest';
import { parseIp } from '../model/address.ts';
import { type ZoneContents, expectAnswer } from './expect-answer.ts';

const ip = (text: string) => parseIp(text) ?? 0;
const http = { name: 'http', protocol: 'tcp', port: 80 };

// The examples of the specification, with its names.
const contents: ZoneContents = {
  zone: 'cluster.local',
  namespaces: ['default'],
  services: [
    {
      namespace: 'default',
      name: 'kubernetes',
      addresses: [ip('10.3.0.1'), ip('fd00::1')],
      ports: [{ name: 'https', protocol: 'tcp', port: 443 }],
    },
    {
      namespace: 'default',
      name: 'headless',
      addresses: [],
      ports: [http],
      endpoints: [
        { address: ip('10.3.0.100'), hostname: 'my-pet', ports: [http] },
        { address: ip('10.3.0.2'), ports: [{ ...http, port: 8080 }] },
      ],
    },
    { namespace: 'default', name: 'bare', addresses: [], ports: [http], endpoints: [] },
    { namespace: 'default', name: 'foo', addresses: [], ports: [], externalName: 'www.example.com' },
  ],
};

describe('expectAnswer, what the specification has as examples', () => {
  it.each([
    ['kubernetes.default.svc.cluster.local', 'A', ['10.3.0.1']],
    ['KUBERNETES.default.svc.cluster.local.', 'A', ['10.3.0.1']],
    ['kubernetes.default.svc.cluster.local', 'AAAA', ['fd00::1']],
    ['_https._tcp.kubernetes.default.svc.cluster.local', 'SRV', ['443 kubernetes.default.svc.cluster.local']],
    ['1.0.3.10.in-addr.arpa', 'PTR', ['kubernetes.default.svc.cluster.local']],
    [
      '1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa',
      'PTR',
      ['kubernetes.default.svc.cluster.local'],
    ],
    ['headless.default.svc.cluster.local', 'A', ['10.3.0.100', '10.3.0.2']],
    ['my-pet.headless.default.svc.cluster.local', 'A', ['10.3.0.100']],
    ['10-3-0-2.headless.default.svc.cluster.local', 'A', ['10.3.0.2']],
    [
      '_http._tcp.headless.default.svc.cluster.local',
      'SRV',
      ['80 my-pet.headless.default.svc.cluster.local', '8080 10-3-0-2.headless.default.svc.cluster.local'],
    ],
    ['100.0.3.10.in-addr.arpa', 'PTR', ['my-pet.headless.default.svc.cluster.local']],
    ['foo.default.svc.cluster.local', 'A', ['www.example.com']],
    ['10-244-1-9.default.pod.cluster.local', 'A', ['10.244.1.9']],
    // A name that exists, without a record of this type, between or by family.
    ['headless.default.svc.cluster.local', 'AAAA', []],
    ['default.svc.cluster.local', 'A', []],
    ['cluster.local', 'A', []],
  ] as const)('%s %s', (name, type, data) => {
    const expected = expectAnswer(contents, name, type);
    expect(expected).toMatchObject({ by: 'cluster', rcode: 'NOERROR' });
    expect(expected.records.map((record) => record.data)).toEqual(data);
  });

  it.each([
    // "If there are no ready endpoints for the headless Service, the answer should be NXDOMAIN."
    ['bare.default.svc.cluster.local', 'A'],
    ['gone.default.svc.cluster.local', 'A'],
    ['kubernetes.other.svc.cluster.local', 'A'],
    ['other.svc.cluster.local', 'A'],
    ['_http._tcp.kubernetes.default.svc.cluster.local', 'SRV'],
    ['x.kubernetes.default.svc.cluster.local', 'A'],
    ['kubernetes.cluster.local', 'A'],
  ] as const)('%s does not exist', (name, type) => {
    expect(expectAnswer(contents, name, type)).toMatchObject({
      by: 'cluster',
      rcode: 'NXDOMAIN',
      records: [],
    });
  });

  it.each(['example.org', 'notcluster.local', '9.9.9.9.in-addr.arpa'])('%s is for the upstream', (name) => {
    expect(expectAnswer(contents, name, 'A').by).toBe('upstream');
  });
});
