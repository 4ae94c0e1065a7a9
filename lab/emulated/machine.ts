import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { must, run } from '../machine/run.ts';
import { UserError } from '../user-error.ts';
import { debianKernel, type Kernel } from './kernel.ts';

const startModules = ['virtio', 'virtio_ring', 'virtio_pci', '9pnet_virtio', '9p', 'overlay'];
const labModules =
  'ip_vs ip_vs_rr ip_vs_wrr ip_vs_lc ip_vs_wlc ip_vs_sh ip_vs_mh ip_vs_sed ip_vs_nq nf_conntrack nf_conntrack_netlink br_netfilter dummy veth bridge nf_tables nft_compat nft_chain_nat nft_ct ip_tables iptable_nat iptable_filter xt_set ip_set ip_set_hash_ip ip_set_hash_ipport ip_set_hash_ipportip ip_set_hash_ipportnet ip_set_hash_net ip_set_bitmap_port xt_ipvs xt_comment xt_mark xt_MASQUERADE xt_conntrack xt_addrtype xt_nfacct nfnetlink_acct xt_statistic xt_recent';

/**
 * Runs a shell command as root in an emulated machine that has IPVS and shares this machine's root, read-only under an overlay.
 * What it writes to `/out` comes back in `folder`. Returns its exit code. Software emulation: expect it to be ten times slower.
 */
export async function runEmulated(command: string, folder: string, timeoutMs: number): Promise<number> {
  for (const tool of ['qemu-system-x86_64', 'depmod', 'cpio', 'busybox']) {
    if ((await run(['which', tool])).code !== 0) {
      throw new UserError(
        `${tool} is missing`,
        'apt-get install qemu-system-x86 kmod cpio busybox-static ipvsadm ipset',
      );
    }
  }
  const kernel = await debianKernel();
  const out = resolve(folder);
  mkdirSync(out, { recursive: true });
  const work = mkdtempSync(join(tmpdir(), 'plumb-vm-'));
  try {
    writeFileSync(join(work, 'inside.sh'), insideScript(kernel, command));
    const initrd = await makeInitrd(kernel, work);
    const share = (id: string, path: string, more: string): string[] => [
      '-fsdev',
      `local,id=${id},path=${path},security_model=none${more}`,
    ];
    const machine = [
      ...words(
        'qemu-system-x86_64 -accel tcg,thread=multi -cpu max -smp 2 -m 8192 -nographic -no-reboot -nic none',
      ),
      '-kernel',
      kernel.image,
      '-initrd',
      initrd,
      '-append',
      'console=ttyS0 quiet panic=-1 mitigations=off',
      ...share('root', '/', ',readonly=on,multidevs=remap'),
      ...words('-device virtio-9p-pci,fsdev=root,mount_tag=hostroot'),
      ...share('out', out, ''),
      ...words('-device virtio-9p-pci,fsdev=out,mount_tag=out'),
    ];
    rmSync(join(out, '.exit-code'), { force: true });
    const ran = await run(machine, { timeoutMs });
    const mark = join(out, '.exit-code');
    if (!existsSync(mark)) throw new UserError(`the emulated machine died: ${ran.stdout.slice(-400)}`);
    const code = Number(readFileSync(mark, 'utf8'));
    rmSync(mark);
    return code;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function words(text: string): string[] {
  return text.split(' ');
}

async function makeInitrd(kernel: Kernel, work: string): Promise<string> {
  const root = join(work, 'root');
  for (const d of ['bin', 'mod', 'proc', 'sys', 'dev', 'ro', 'rw', 'new'])
    mkdirSync(join(root, d), { recursive: true });
  cpSync('/bin/busybox', join(root, 'bin/busybox'), { dereference: true });
  for (const a of ['sh', 'mount', 'insmod', 'mkdir', 'switch_root', 'echo'])
    symlinkSync('busybox', join(root, 'bin', a));
  const order: string[] = [];
  for (const module of startModules) {
    const shown = await run([
      'modprobe',
      '-d',
      kernel.folder,
      '-S',
      kernel.release,
      '--show-depends',
      module,
    ]);
    for (const line of shown.stdout.split('\n')) {
      const file = /^insmod (\S+)/u.exec(line)?.[1];
      if (file === undefined || order.includes(basename(file))) continue;
      cpSync(file, join(root, 'mod', basename(file)));
      order.push(basename(file));
    }
  }
  const init = `#!/bin/sh
export PATH=/bin
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
for m in ${order.join(' ')}; do insmod /mod/$m; done
mount -t 9p -o ro,trans=virtio,version=9p2000.L,msize=512000,cache=loose hostroot /ro
mount -t tmpfs -o size=4g tmpfs /rw; mkdir -p /rw/u /rw/w
mount -t overlay -o lowerdir=/ro,upperdir=/rw/u,workdir=/rw/w overlay /new
exec switch_root /new /bin/bash ${work}/inside.sh
`;
  writeFileSync(join(root, 'init'), init, { mode: 0o755 });
  const initrd = join(work, 'initrd.gz');
  await must(['sh', '-c', `cd '${root}' && find . | cpio -o -H newc 2>/dev/null | gzip -1 > '${initrd}'`]);
  return initrd;
}

function insideScript(kernel: Kernel, command: string): string {
  const modules = `/lib/modules/${kernel.release}`;
  return `#!/bin/bash
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LAB_SLOW=${process.env['LAB_SLOW'] ?? '5'} LAB_KEEP_LOGS=/out/logs
export XDG_CACHE_HOME='${process.env['XDG_CACHE_HOME'] ?? ''}'; [ -n "$XDG_CACHE_HOME" ] || unset XDG_CACHE_HOME
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
mkdir -p /dev/pts /dev/shm; mount -t devpts devpts /dev/pts; mount -t tmpfs tmpfs /dev/shm
mount -t tmpfs tmpfs /run; mount -t cgroup2 none /sys/fs/cgroup
mkdir -p ${modules} /out; mount --bind ${kernel.folder}${modules} ${modules}
mount -t 9p -o rw,trans=virtio,version=9p2000.L,msize=512000 out /out
hostname vm; ip link set lo up
for m in ${labModules}; do modprobe $m 2>/dev/null; done
# So few that a fault can fill the table; the limit is the machine's, and holds in every network namespace.
sysctl -qw net.netfilter.nf_conntrack_max=20000
cd '${process.cwd()}'
( ${command} ) > /out/emulated.log 2>&1
echo $? > /out/.exit-code
sync; echo o > /proc/sysrq-trigger; sleep 5
`;
}
