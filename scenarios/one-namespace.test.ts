import { expect, it } from 'vitest';
import { auditCluster } from '../src/investigate.ts';
import { type Change, type Changes, changedRecording } from './changed-recording.ts';

// Objects as `kubectl get … -n shop -o json` lists them: nothing in the list says that the cluster has more.

const ofShop: Change = (text) => {
  const list = JSON.parse(text) as { items: { metadata: { namespace?: string } }[] };
  return JSON.stringify({
    ...list,
    items: list.items.filter(({ metadata }) => metadata.namespace === 'shop'),
  });
};

/** As `kubectl get pods -A -l app=web` lists them. */
const ofWeb: Change = (text) => {
  const list = JSON.parse(text) as { items: { metadata: { labels?: Record<string, string> } }[] };
  return JSON.stringify({
    ...list,
    items: list.items.filter(({ metadata }) => metadata.labels?.['app'] === 'web'),
  });
};

const ask = async (changes: Changes) => {
  const { services } = auditCluster(await changedRecording('iptables-healthy', changes), {});
  const told = services.flatMap(({ findings }) => findings.filter(({ severity }) => severity !== 'info'));
  const broken = services.filter(({ verdict }) => verdict === 'broken' || verdict === 'degraded');
  return [...told.map(({ summary }) => summary), ...broken.map(({ headline }) => headline)];
};

it('a namespace alone lacks nothing, and nodes serve nothing that was deleted', async () => {
  const kinds = 'services|pods|endpointslices|endpoints|deployments|daemonsets|replicasets|configmaps';
  expect(await ask([[new RegExp(`cluster/(${kinds})`), ofShop]])).toEqual([]);
});

it.each(['pods', 'endpointslices', 'endpoints'])('%s of one namespace beside all Services', async (kind) => {
  expect(await ask([[new RegExp(`cluster/${kind}\\.`), ofShop]])).toEqual([]);
});

it('pods of one label beside all Services', async () => {
  expect(await ask([[/cluster\/pods\./, ofWeb]])).toEqual([]);
});
