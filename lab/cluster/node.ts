import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { imageFile, imageReferences, type ImageName } from '../build/images.ts';
import { versions } from '../build/versions.ts';
import { binaries, home, kubernetes, nodeHome } from '../machine/places.ts';
import { decisiveLines, must, run, slow, start, until } from '../machine/run.ts';
import { UserError } from '../user-error.ts';
import { layoutsOf, type LabNode, type LabShape } from './layout.ts';

const containerdFolder = binaries(`containerd-${versions.containerd}`);

/** Runs a command in a node's network namespace. `nsenter`, not `ip netns exec`: the latter hides the control groups. */
export function onNode(node: string, command: readonly string[]): string[] {
  return ['nsenter', `--net=/run/netns/${node}`, '--', ...command];
}

/** Starts containerd and kubelet of one node in its network namespace, and imports the images. */
export async function startNode(shape: LabShape, node: LabNode): Promise<void> {
  const folder = nodeHome(node.name);
  for (const name of ['ctr', 'state', 'kubelet', 'cni', 'cnidata', 'manifests', 'logs']) {
    mkdirSync(join(folder, name), { recursive: true });
  }
  writeCniConfiguration(node);
  writeFileSync(join(folder, 'containerd.toml'), containerdConfiguration(folder));
  writeFileSync(join(folder, 'kubelet.yaml'), kubeletConfiguration(shape, folder));
  const log = join(home, 'logs', `containerd-${node.name}.log`);
  const path = `${containerdFolder}:${process.env['PATH'] ?? ''}`;
  const daemon = start(
    onNode(node.name, [join(containerdFolder, 'containerd'), '--config', join(folder, 'containerd.toml')]),
    log,
    { PATH: path },
  );
  const ctr = [join(containerdFolder, 'ctr'), '-a', join(folder, 'containerd.sock'), '-n', 'k8s.io'];
  await until(
    `containerd on ${node.name}`,
    30_000,
    async () => {
      if (daemon.exitCode !== null) throw new UserError(`containerd ended at start: ${decisiveLines(log)}`);
      return (await run([...ctr, 'images', 'ls', '-q'])).code === 0;
    },
    () => decisiveLines(log),
  );
  const names = Object.keys(imageReferences) as ImageName[];
  for (const name of names) {
    if (name === (shape.olderKubeProxy ? 'kubeProxy' : 'olderKubeProxy')) continue;
    await must([...ctr, 'images', 'import', imageFile(name)]);
  }
  startKubelet(node);
}

/** Starts a node's kubelet (again). */
export function startKubelet(node: LabNode): void {
  const folder = nodeHome(node.name);
  const child = start(
    onNode(node.name, [
      kubernetes('kubelet'),
      `--config=${join(folder, 'kubelet.yaml')}`,
      `--kubeconfig=${join(home, `${node.name}.kubeconfig`)}`,
      `--root-dir=${join(folder, 'kubelet')}`,
      `--cert-dir=${join(folder, 'kubelet/pki')}`,
      `--hostname-override=${node.name}`,
      `--node-ip=${node.addresses.join(',')}`,
      '--v=2',
    ]),
    join(home, 'logs', `kubelet-${node.name}.log`),
  );
  writeFileSync(join(folder, 'kubelet.pid'), String(child.pid ?? 0));
}

/** Writes what the CNI plugins of a node hand out; containerd reads it when it changes, for pods that it makes then. */
export function writeCniConfiguration(node: LabNode): void {
  writeFileSync(join(nodeHome(node.name), 'cni/10-lab.conflist'), cniConfiguration(node));
}

function cniConfiguration({ name, podCidrs }: LabNode): string {
  const ranges = podCidrs.map((subnet) => [{ subnet }]);
  const routes = podCidrs.map((subnet) => ({ dst: subnet.includes(':') ? '::/0' : '0.0.0.0/0' }));
  return JSON.stringify({
    cniVersion: '0.4.0',
    name: 'lab',
    plugins: [
      {
        type: 'bridge',
        bridge: 'cni0',
        isGateway: true,
        hairpinMode: true,
        ipMasq: false,
        ipam: { type: 'host-local', dataDir: join(nodeHome(name), 'cnidata'), ranges, routes },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  });
}

function containerdConfiguration(folder: string): string {
  return `version = 3
root = "${folder}/ctr"
state = "${folder}/state"
[grpc]
  address = "${folder}/containerd.sock"
[plugins.'io.containerd.cri.v1.images']
  snapshotter = "overlayfs"
[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox = "${imageReferences.pause}"
[plugins.'io.containerd.cri.v1.runtime']
  restrict_oom_score_adj = true
[plugins.'io.containerd.cri.v1.runtime'.cni]
  bin_dirs = ["/usr/lib/cni"]
  conf_dir = "${folder}/cni"
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
  SystemdCgroup = false
[plugins.'io.containerd.nri.v1.nri']
  disable = true
`;
}

function kubeletConfiguration(shape: LabShape, folder: string): string {
  const [{ any, dns }] = layoutsOf(shape);
  return JSON.stringify({
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    failCgroupV1: false,
    address: any,
    cgroupDriver: 'cgroupfs',
    cgroupsPerQOS: false,
    enforceNodeAllocatable: [],
    containerRuntimeEndpoint: `unix://${folder}/containerd.sock`,
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
    authorization: { mode: 'AlwaysAllow' },
    clusterDNS: [dns],
    clusterDomain: 'cluster.local',
    failSwapOn: false,
    evictionHard: {},
    imageGCHighThresholdPercent: 100,
    localStorageCapacityIsolation: false,
    podLogsDir: `${folder}/logs`,
    staticPodPath: `${folder}/manifests`,
    resolvConf: join(home, 'node-resolv.conf'),
    nodeStatusUpdateFrequency: `${5 * slow}s`,
    ...(slow > 1 ? { syncFrequency: '5m', nodeLeaseDurationSeconds: 200 } : {}),
    makeIPTablesUtilChains: true,
  });
}
