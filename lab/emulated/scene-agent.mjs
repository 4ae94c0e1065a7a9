// Runs inside the emulated machine: makes the scene of ipvs-scene.ts out of what stands in its folder, sends, and writes down what came back
// and what the kernel holds. Plain JavaScript: nothing is built there.
import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';

const [, self = '', role = '', folder = '', client = ''] = process.argv;
const plan = JSON.parse(readFileSync(`${folder}/plan.json`, 'utf8'));
// Emulation is slow.
const PATIENCE_MS = 4000;

if (role === 'serve') serve();
else if (role === 'send') await send();
else direct();

function direct() {
  const run = (command) => execFileSync('sh', ['-ec', command], { encoding: 'utf8' });
  const namespace = (name, address, gateway) =>
    run(`ip netns add ${name}
      ip link add ${name}0 type veth peer name eth0 netns ${name}
      ip addr add ${gateway}/24 dev ${name}0; ip link set ${name}0 up
      ip -n ${name} link set lo up; ip -n ${name} link set eth0 up
      ${address.map((each) => `ip -n ${name} addr add ${each}/24 dev eth0`).join('\n')}
      ip -n ${name} route add default via ${gateway}`);
  namespace('pods', plan.endpoints, plan.node);
  namespace('pod', [plan.clients.pod], '10.244.2.1');
  namespace('outside', [plan.clients.outside], '198.18.0.1');
  run(`sysctl -qw net.ipv4.ip_forward=1 net.ipv4.vs.conntrack=1 net.ipv4.conf.all.rp_filter=0
    ip link add kube-ipvs0 type dummy
    ${plan.addresses.map((address) => `ip addr add ${address}/32 dev kube-ipvs0`).join('\n')}
    ipvsadm-restore < ${folder}/ipvsadm.in; ipset restore < ${folder}/ipset.in
    iptables-restore < ${folder}/iptables.in`);
  const serving = `ip netns exec pods '${process.execPath}' '${self}' serve '${folder}' > ${folder}/serve.log 2>&1 & echo $!`;
  run(
    `pid=$(${serving}); for i in $(seq 100); do grep -q ready ${folder}/serve.log && break; sleep 0.3; done; echo $pid`,
  );
  const observed = ['pod', 'outside', 'node'].flatMap((name) => {
    const inside = name === 'node' ? '' : `ip netns exec ${name} `;
    return JSON.parse(run(`${inside}'${process.execPath}' '${self}' send '${folder}' ${name}`));
  });
  writeFileSync(`${folder}/observed.json`, JSON.stringify(observed));
  const dumps = {
    'ipvsadm-save.txt': 'ipvsadm-save -n',
    'ipset-save.txt': 'ipset save',
    'iptables-save.txt': 'iptables-save -c',
    'ip-addr.txt': 'ip addr show',
    'ip-route.txt': 'ip -4 route show table all',
    'ip-rule.txt': 'ip -4 rule show',
    'sysctl.txt': "sysctl -a 2>/dev/null | grep -E '^net.ipv4.(ip_forward|vs|conf)'",
  };
  for (const [file, command] of Object.entries(dumps)) writeFileSync(`${folder}/${file}`, run(command));
}

/** Answers with the address that was dialled behind the translation, and the source that is seen there. */
function serve() {
  let waiting = plan.endpoints.length * 2;
  const ready = () => --waiting === 0 && console.log('ready');
  for (const address of plan.endpoints) {
    createServer((socket) => {
      socket.on('error', () => {});
      socket.end(`${address} ${socket.remoteAddress}`);
    }).listen(plan.port, address, ready);
    const socket = createSocket('udp4');
    socket.on('message', (_, from) => socket.send(`${address} ${from.address}`, from.port, from.address));
    socket.bind(plan.port, address, ready);
  }
}

async function send() {
  const results = [];
  for (const attempt of plan.attempts.filter((each) => each.client === client)) {
    const answers = [];
    for (let time = 0; time < attempt.times; time++)
      answers.push(await (attempt.protocol === 'tcp' ? dial : ask)(attempt.address));
    results.push({ ...attempt, answers });
  }
  process.stdout.write(JSON.stringify(results), () => process.exit(0));
}

function dial(host) {
  return new Promise((done) => {
    const socket = connect({ host, port: 80 });
    let text = '';
    const end = (answer) => {
      socket.destroy();
      done(answer);
    };
    socket.setTimeout(PATIENCE_MS, () => end('timeout'));
    socket.on('error', ({ code }) => end(code === 'ECONNREFUSED' ? 'refused' : String(code)));
    socket.on('data', (data) => (text += data));
    socket.on('end', () => end(text));
  });
}

function ask(host) {
  return new Promise((done) => {
    const socket = createSocket('udp4');
    const timer = setTimeout(() => end('timeout'), PATIENCE_MS);
    const end = (answer) => {
      clearTimeout(timer);
      socket.close();
      done(answer);
    };
    socket.on('message', (data) => end(String(data)));
    socket.on('error', ({ code }) => end(code === 'ECONNREFUSED' ? 'refused' : String(code)));
    socket.connect(80, host, () => socket.send('?'));
  });
}
