import { Command, InvalidArgumentError, Option } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import type { Host } from './host.ts';
import { unlockLevels } from './unlock-levels.ts';
import type {
  AuditOptions,
  CleanupOptions,
  CaptureOptions,
  CheckOptions,
  DnsOptions,
  ExplainOptions,
  TraceOptions,
} from './options.ts';

/**
 * The commands and their options. Each command's code is loaded when it runs, so that help and mistakes cost nothing.
 * `finish` takes the exit code.
 */
export function createProgram(host: Host, finish: (exitCode: number) => void): Command {
  const program = new Command(host.name)
    .description('Tells why a Kubernetes Service does not work, and proves it.')
    .version(`plumb ${manifest.version}`, '-V, --version')
    .usage('svc/NAME [-n NAMESPACE] [--from PATH]')
    .helpOption('-h, --help')
    .addHelpText('after', () => examples(host.name))
    .exitOverride()
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      // Mistakes are printed by `run`, on one line; without any word, help goes where it is seen.
      writeErr: (text) => (host.args.length === 0 ? host.stdout.write(text) : undefined),
    });

  const check = program
    .command('check <service>')
    .description('why does this Service not work: plumb svc/NAME is short for plumb check svc/NAME')
    .option('-n, --namespace <name>', "the Service's namespace (default: default)")
    .option('--port <port>', 'only this port, by number or name')
    .option('--from-pod <pod>', 'only this client: NAME or NAMESPACE/NAME')
    .option('--from-node <node>', 'only clients on this node')
    .option('--external', 'only clients outside the cluster')
    .option('--http <path>', 'on a running cluster: also ask the Service and its endpoints for this by HTTP')
    .addOption(
      new Option('--wait <time>', 'ask again until it is healthy, or this time is up: 60s').argParser(
        parseDuration,
      ),
    )
    .option('--watch', 'ask again and again, and show what changed')
    .action(async (service: string, options: CheckOptions) => {
      const { checkService } = await import('./commands/check.ts');
      finish(await checkService(host, service, options));
    });
  const audit = program
    .command('audit')
    .description('every Service, from every node and vantage: what differs from the promise')
    .option('-A, --all-namespaces', 'all namespaces (the default without -n)')
    .option('-n, --namespace <name>', 'only this namespace')
    .option('-l, --selector <labels>', 'only Services with these labels: a=b,c!=d,e,!f')
    .addOption(
      new Option(
        '--threads <n>',
        'how many threads judge (default: one, for large clusters up to four)',
      ).argParser(parseThreads),
    )
    .action(async (options: AuditOptions) => {
      const { audit: run } = await import('./commands/audit.ts');
      finish(await run(host, options));
    });
  const trace = program
    .command('trace')
    .description('which rules decide where one packet goes')
    .requiredOption('--src <source>', 'pod/NAMESPACE/NAME, node/NAME or an address, with :PORT or without')
    .requiredOption('--dst <destination>', 'svc/NAMESPACE/NAME:PORT or IP:PORT, /udp after it where not TCP')
    .option('-n, --namespace <name>', 'the namespace of pod/NAME and svc/NAME')
    .action(async (options: TraceOptions) => {
      const { trace: run } = await import('./commands/trace.ts');
      finish(await run(host, options));
    });
  const dns = program
    .command('dns <name>')
    .description('what a name should answer to a client, and what each DNS server answers')
    .option('-n, --namespace <name>', "the client's namespace (default: default)")
    .option('--from-pod <pod>', 'this client: NAME or NAMESPACE/NAME')
    .action(async (name: string, options: DnsOptions) => {
      const { dns: run } = await import('./commands/dns.ts');
      finish(await run(host, name, options));
    });
  const capture = program
    .command('capture [service]')
    .description(
      'what a question about a Service needs, or all, as one archive without secrets, to analyse elsewhere',
    )
    .option('-n, --namespace <name>', "the Service's namespace, or the only one to capture")
    .option('-A, --all-namespaces', 'all of the cluster (the default without a Service and -n)')
    .option('-o, --output <file>', 'the archive to write, such as shop.tgz')
    .option(
      '--pseudonyms',
      'other names and addresses in place of those of the cluster, with the same answer',
    )
    .option('--resume <file>', 'keep the nodes that an archive of the last minutes has, and read the others')
    .option('--script', 'print a shell script that an administrator runs as root on a node, for --from')
    .action(async (service: string | undefined, options: CaptureOptions) => {
      const { capture: run } = await import('./commands/capture.ts');
      finish(await run(host, service, options));
    });
  for (const command of [check, audit, trace, dns, capture]) addEvidenceOptions(command);

  const cleanup = program
    .command('cleanup')
    .description('removes debug pods that were left in the cluster')
    .option('-n, --namespace <name>', 'look only here (default: everywhere)')
    .option('--dry-run', 'only name them')
    .action(async (options: CleanupOptions) => {
      const { cleanup: run } = await import('./commands/cleanup.ts');
      finish(await run(host, options));
    });
  addClusterOptions(cleanup);

  const explain = program
    .command('explain [check]')
    .description('the page of a check, or the list of all')
    .addOption(
      new Option('--unlock <level>', 'print the role that reading takes up to this level').choices(
        unlockLevels,
      ),
    )
    .action(async (id: string | undefined, options: ExplainOptions) => {
      const { explain: run } = await import('./commands/explain.ts');
      finish(await run(host, id, options));
    });
  for (const command of [check, audit, trace, dns, explain]) addDrawingOptions(command);
  return program;
}

function addEvidenceOptions(command: Command): void {
  command.option('--from <path>', 'a snapshot, a folder or a file to read; may be repeated', collect);
  addClusterOptions(command);
  command
    .option('--debug-pods', 'make a pod for a moment on nodes that cannot be read otherwise, and remove it')
    .option('--debug-image <image>', 'its image: one with a shell, iptables, nft and iproute2')
    .option('--debug-namespace <name>', 'its namespace (default: kube-system)')
    .option('--no-probe', 'try no connection')
    .option('--dry-run', 'with --debug-pods: make none, print what would be made')
    .option(
      '--node <name>',
      'the node that files without one come from; for trace also where the packet arrives',
    );
}

function addClusterOptions(command: Command): void {
  command
    .option('--context <name>', 'the kubeconfig context of the cluster to read, without --from')
    .option('--kubeconfig <file>', 'the kubeconfig to find it in')
    .option('--as <user>', 'the user to act as')
    .addOption(
      new Option('--request-timeout <time>', 'how long one request may take: 30s, 2m')
        .default(30_000, '30s')
        .argParser(parseDuration),
    );
}

function addDrawingOptions(command: Command): void {
  command
    .addOption(
      new Option('-o, --output <format>', 'how to answer').choices(['text', 'json', 'line']).default('text'),
    )
    .option('--short', 'the answer as a chat message')
    .option('-v, --verbose', 'every step of every walk, and all evidence')
    .addOption(new Option('--color <when>', 'colour').choices(['auto', 'always', 'never']).default('auto'))
    .option('--ascii', 'ASCII only');
}

/** A whole number above 0. */
function parseThreads(text: string): number {
  const threads = /^[1-9]\d?$/.test(text) ? Number(text) : undefined;
  if (threads === undefined) throw new InvalidArgumentError('Say a number, such as 4.');
  return threads;
}

/** `30s`, `2m`, `500ms` or seconds, in milliseconds. */
function parseDuration(text: string): number {
  const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m)?$/.exec(text) ?? [];
  const factor = { ms: 1, s: 1000, m: 60_000 }[unit];
  if (number === undefined || factor === undefined || Number(number) === 0)
    throw new InvalidArgumentError('Say 30s, 2m or 500ms.');
  return Number(number) * factor;
}

function collect(value: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), value];
}

function examples(name: string): string {
  return `
Examples:
  ${name} svc/web -n shop
  ${name} svc/web -n shop --from recording/
  ${name} audit -A --from recording/ -o json
  ${name} trace --src pod/shop/client --dst svc/shop/web:80 --from recording/
  ${name} explain

${name} check --help lists the options of svc/NAME.
Exit codes: 0 healthy, 1 problem found, 2 undetermined, 3 wrong use or
unreachable input, 70 a bug.
`;
}
