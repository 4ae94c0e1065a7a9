import type { MetricSample } from '../kube-proxy-state.ts';

/** Samples of the Prometheus text format whose name starts with `prefix`; other lines are passed over. */
export function parseMetrics(text: string, prefix: string): MetricSample[] {
  const samples: MetricSample[] = [];
  for (const line of text.split('\n')) {
    if (!line.startsWith(prefix)) continue;
    const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)/.exec(line);
    const value = Number(match?.[3]?.replace('Inf', 'Infinity'));
    if (!match?.[1] || Number.isNaN(value)) continue;
    samples.push({ name: match[1], labels: labelsOf(match[2] ?? ''), value });
  }
  return samples;
}

function labelsOf(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const [, name = '', value = ''] of text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)) {
    labels[name] = value.replaceAll(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
  }
  return labels;
}
