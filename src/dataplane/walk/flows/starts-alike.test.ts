import { expect, it } from 'vitest';
import { ip } from '../testing/hand-made.ts';
import { startState } from '../start-state.ts';
import { startsAlike } from './starts-alike.ts';

const NODE = { name: 'node-a', tables: [], hasRules: { ip: true, ip6: false }, ipsets: new Map() };
const PACKET = {
  source: ip('10.244.1.5'),
  destination: ip('10.244.2.6'),
  destinationPort: 8080,
  protocol: 6,
};

/** What a packet has of its own. */
const OWN = new Set([
  'slot',
  'destination',
  'destinationPort',
  'original',
  'arrived',
  'translatedBy',
  'translatedDestinationBy',
  'decidedBy',
]);

const state = startState({}, NODE, PACKET);

it.each(Object.keys(state).filter((key) => !OWN.has(key)))('looks at %s', (key) => {
  expect(startsAlike(state, { ...state })).toBe(true);
  expect(startsAlike(state, { ...state, [key]: 'another' })).toBe(false);
});

it('looks at sources, and whether the port was translated', () => {
  const other = { ...state.original, source: ip('10.244.1.6') };
  expect(startsAlike(state, { ...state, original: other })).toBe(false);
  expect(startsAlike(state, { ...state, arrived: other })).toBe(false);
  expect(startsAlike(state, { ...state, destinationPort: 80 })).toBe(false);
  expect(startsAlike(state, { ...state, destination: ip('10.244.2.7') })).toBe(true);
});
