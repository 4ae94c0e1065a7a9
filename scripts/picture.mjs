// `npm run picture`: docs/terminal.svg from what the built program really prints on a shipped recording.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const args = ['svc/web', '-n', 'shop', '--from', 'scenarios/recordings/iptables-proxy-stopped'];
const { stdout } = spawnSync(process.execPath, ['dist/plumb.js', ...args, '--color', 'always'], {
  cwd: root,
  encoding: 'utf8',
});

const colours = { 31: '#ff7b72', 32: '#7ee787', 33: '#e3b341', 36: '#79c0ff' };
const size = { char: 8.43, line: 20, font: 14, pad: 20, bar: 34 };
const lines = [
  `\u001b[1m$ kubectl plumb ${args.slice(0, 3).join(' ')} --from recording\u001b[22m`,
  '',
  ...stdout.trimEnd().split('\n'),
];
const columns = Math.max(...lines.map((line) => line.replace(/\u001b\[\d+m/g, '').length));
const width = Math.ceil(columns * size.char + 2 * size.pad);
const height = lines.length * size.line + size.bar + size.pad;

const rows = lines.map((line, index) => {
  const y = size.bar + (index + 1) * size.line - 6;
  return `<text x="${size.pad}" y="${y}" xml:space="preserve">${spans(line)}</text>`;
});
const dots = ['#ff5f56', '#ffbd2e', '#27c93f'].map(
  (fill, index) => `<circle cx="${20 + index * 18}" cy="17" r="5.5" fill="${fill}"/>`,
);
writeFileSync(
  `${root}docs/terminal.svg`,
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="plumb names the cause of a degraded Service, its proof and its repair">
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
${dots.join('')}
<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="${size.font}" fill="#e6edf3">
${rows.join('\n')}
</g>
</svg>
`,
);

/** The line's parts with their colour and weight; every part starts at its own column, so that any font lines up. */
function spans(line) {
  const state = { fill: '', weight: '', opacity: '' };
  let column = 0;
  let svg = '';
  for (const part of line.split(/(\u001b\[\d+m)/)) {
    const code = /^\u001b\[(\d+)m$/.exec(part)?.[1];
    if (code !== undefined) apply(state, Number(code));
    else if (part !== '') {
      const x = (size.pad + column * size.char).toFixed(1);
      const length = (part.length * size.char).toFixed(1);
      svg += `<tspan x="${x}" textLength="${length}"${state.fill}${state.weight}${state.opacity}>${escape(part)}</tspan>`;
      column += part.length;
    }
  }
  return svg;
}

function apply(state, code) {
  if (code === 1) state.weight = ' font-weight="700"';
  else if (code === 2) state.opacity = ' fill-opacity="0.6"';
  else if (code === 22) state.weight = state.opacity = '';
  else if (code === 39) state.fill = '';
  else if (colours[code]) state.fill = ` fill="${colours[code]}"`;
}

function escape(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
