import { lookUpName } from '../../investigate.ts';
import { exitCodeOf } from '../../report/exit-code.ts';
import { renderDnsJson } from '../../report/json/render-json.ts';
import { renderDnsLines } from '../../report/line/render-line.ts';
import { renderDnsText } from '../../report/text/render-dns-text.ts';
import type { Host } from '../host.ts';
import type { DnsOptions } from '../options.ts';
import { defaultNamespace } from '../open-cluster.ts';
import { readEvidence } from '../read-evidence.ts';
import { styleOf } from '../style-of.ts';

/** `plumb dns`: what a name should answer to a client, and what servers answer. Returns the exit code. */
export async function dns(host: Host, name: string, options: DnsOptions): Promise<number> {
  const { fromPod } = options;
  const namespace =
    options.namespace ?? fromPod?.split('/').at(-2) ?? (await defaultNamespace(host, options));
  const pod = fromPod === undefined || fromPod.includes('/') ? fromPod : `${namespace}/${fromPod}`;
  const question = { name, namespace, ...(pod === undefined ? {} : { pod }) };
  // The endpoints of a Service elsewhere stand in its own namespace.
  const [, named] = name.startsWith('_') ? name.split('.').slice(2) : name.split('.');
  const subject = {
    namespace,
    lookUp: name,
    ...(named === undefined || named === '' || /^\d+$/.test(named) ? {} : { clientNamespace: named }),
    ...(pod === undefined ? {} : { clientPod: pod }),
  };
  const answer = lookUpName(await readEvidence(host, options, subject), question);
  if (options.output === 'json') host.stdout.write(renderDnsJson(answer));
  else if (options.output === 'line') host.stdout.write(renderDnsLines(answer));
  else host.stdout.write(renderDnsText(answer, styleOf(host, options)));
  return exitCodeOf(answer.verdict);
}
