import { matchLog } from '../../kubeproxy/log-patterns.ts';
import { type Check, defineCheck } from '../check.ts';

/** Logs are long: what was said before this many lines is history. */
const RECENT_LINES = 200;

/** kube-proxy complains, near the end of its log, of something that keeps it from working. */
export const logErrors: Check = defineCheck({
  id: 'kube-proxy/log-errors',
  asserts: 'no kube-proxy logs that it cannot do its work',
  faults: ['K03', 'K04', 'K06', 'K07', 'K02', 'K11', 'O04', 'R02', 'R11', 'R12', 'R18', 'X05', 'S15', 'C05'],
  needs: ['kubeProxies'],
  isClusterWide: true,
  *run({ world }) {
    for (const [node, { log }] of world.kubeProxies) {
      if (!log) continue;
      const lines = log.text.split('\n').length;
      for (const { pattern, count, lastLine, lastText } of matchLog(log.text)) {
        if (lines - lastLine > RECENT_LINES) continue;
        yield {
          severity: 'warning',
          subject: `Node ${node}`,
          node,
          faults: [pattern.fault],
          summary: `kube-proxy on ${node} ${pattern.meaning} (${count} ${count === 1 ? 'line' : 'lines'} in its log)`,
          evidence: [{ source: log.source, location: `line ${lastLine}`, text: lastText.slice(0, 300) }],
          remedy: {
            text: `${pattern.mend ?? 'mend what the line names'}, then see that the next sync succeeds`,
            commands: ['kubectl -n kube-system logs -l k8s-app=kube-proxy --tail=50'],
          },
        };
      }
    }
  },
});
