import { describe, expect, test } from 'vitest';
import { findDetour } from './find-detour.ts';
import { parseCorefile } from './parse-corefile.ts';

const asked = {
  service: 'web',
  namespace: 'shop',
  domain: 'cluster.local',
  addresses: ['10.96.0.7'],
};

const inRoot = (plugins: string, more = '', kubernetes = 'kubernetes cluster.local in-addr.arpa'): string =>
  `.:53 {\n  errors\n  ${plugins}\n  ${kubernetes}\n  forward . /etc/resolv.conf\n}\n${more}`;
const detour = (text: string) => findDetour(parseCorefile(text), new Set([53]), asked);

describe('findDetour', () => {
  test.each([
    ['nothing but kubernetes', inRoot('ready')],
    ['a template for IPv6 only', inRoot('template IN AAAA . {\n rcode NOERROR\n }')],
    ['a template for another zone', inRoot('template ANY ANY example.org {\n rcode NXDOMAIN\n }')],
    [
      'a template whose pattern is another, and that falls through',
      inRoot('template IN A {\n match ^db\\.\n answer "{{ .Name }} 60 IN A 10.9.9.9"\n fallthrough\n }'),
    ],
    ['an alias in another zone', inRoot('rewrite name suffix .corp.example .shop.svc.cluster.local')],
    ['a rewrite of a type', inRoot('rewrite type ANY A')],
    ['hosts that fall through', inRoot('hosts {\n 10.1.1.1 db.example.org\n fallthrough\n }')],
    [
      'hosts with the right address',
      inRoot('hosts {\n 10.96.0.7 web.shop.svc.cluster.local\n fallthrough\n }'),
    ],
    ['a stub zone beside', inRoot('ready', 'corp.example:53 {\n forward . 10.150.0.1\n}\n')],
    ['namespaces with its own', inRoot('ready', '', 'kubernetes cluster.local {\n namespaces shop\n }')],
    [
      'parts that were not read',
      inRoot('import custom/*.override\n template ANY ANY . {\n rcode NXDOMAIN\n }'),
    ],
    ['no kubernetes at all', inRoot('ready', '', 'cache 30')],
  ])('%s: none', (_, text) => {
    expect(detour(text)).toBeUndefined();
  });

  test.each([
    ['template', inRoot('template ANY A cluster.local {\n rcode NXDOMAIN\n }'), /answered by a template/],
    [
      'template',
      inRoot('template IN A {\n match ^web\\.shop\\.\n rcode NXDOMAIN\n fallthrough\n }'),
      /answered/,
    ],
    ['template', inRoot('template IN A {\n match ^db\\.\n rcode NXDOMAIN\n }'), /does not fall through/],
    [
      'rewrite',
      inRoot('rewrite name web.shop.svc.cluster.local db.shop.svc.cluster.local'),
      /to db\.shop\.svc/,
    ],
    [
      'rewrite',
      inRoot('rewrite name suffix .svc.cluster.local .svc.corp.local'),
      /to web\.shop\.svc\.corp\.local/,
    ],
    [
      'rewrite',
      inRoot('rewrite continue name regex (.*)\\.shop\\.svc\\.(.*) {1}.prod.svc.{2}'),
      /to web\.prod\.svc/,
    ],
    [
      'rewrite',
      inRoot('rewrite stop {\n name substring .shop. .prod.\n answer auto\n }'),
      /to web\.prod\.svc/,
    ],
    ['hosts', inRoot('hosts {\n 10.1.1.1 web.shop.svc.cluster.local\n fallthrough\n }'), /is 10\.1\.1\.1/],
    ['hosts', inRoot('hosts {\n 10.1.1.1 db.example.org\n }'), /does not fall through/],
    [
      'forward',
      inRoot('ready', 'svc.cluster.local:53 {\n forward . 10.150.0.1\n}\n'),
      /block for svc\.cluster\.local/,
    ],
    [
      'kubernetes',
      inRoot('ready', '', 'kubernetes cluster.local {\n namespaces default prod\n }'),
      /only default, prod/,
    ],
  ])('%s', (plugin, text, what) => {
    expect(detour(text)).toMatchObject({ plugin, what: expect.stringMatching(what) as string });
  });
});
