import type { Style } from '../style.ts';
import type { Matrix } from './path-matrix.ts';
import { alignColumns } from './table.ts';
import { padVisible, visibleLength } from './visible-length.ts';

const indent = '  ';
const gap = '      ';

/** The matrices side by side where the terminal is wide enough, else below each other. */
export function renderMatrices(matrices: readonly Matrix[], style: Style): string {
  const blocks = matrices.filter(({ rows }) => rows.length > 0).map((matrix) => drawMatrix(matrix, style));
  const widths = blocks.map((block) => Math.max(...block.map(visibleLength)));
  const together = indent.length + widths.reduce((sum, width) => sum + width + gap.length, -gap.length);
  if (together > style.width)
    return blocks.map((block) => block.map((line) => indent + line).join('\n')).join('\n\n');
  const height = Math.max(0, ...blocks.map((block) => block.length));
  return Array.from({ length: height }, (_, line) =>
    (indent + blocks.map((block, at) => padVisible(block[line] ?? '', widths[at] ?? 0)).join(gap)).trimEnd(),
  ).join('\n');
}

/** Lines of one matrix that fit the terminal: columns that say the same stand together, and what still has no room is counted. */
function drawMatrix(matrix: Matrix, style: Style): string[] {
  const whole = draw(matrix, style);
  if (fits(whole, style)) return whole;
  const grouped = groupColumns(matrix);
  for (let kept = grouped.columns.length; kept > 0; kept--) {
    const lines = draw(firstColumns(grouped, kept), style);
    const left = grouped.columns.length - kept;
    if (fits(lines, style))
      return left === 0 ? lines : [...lines, style.dim(`and ${left} more columns (-o json has all)`)];
  }
  return draw(firstColumns(grouped, 1), style);
}

function draw({ corner, columns, rows }: Matrix, style: Style): string[] {
  const heading = [style.dim(corner), ...columns.map((column) => style.dim(column))];
  return alignColumns([heading, ...rows.map(({ label, cells }) => [label, ...cells])]);
}

function fits(lines: readonly string[], style: Style): boolean {
  return lines.every((line) => visibleLength(line) + indent.length <= style.width);
}

/** Nodes whose column is the same in every row become one column: `node-a +3`. The rarest come first: they stand out. */
function groupColumns({ corner, columns, rows }: Matrix): Matrix {
  const groups = new Map<string, number[]>();
  for (const index of columns.keys()) {
    const key = rows.map(({ cells }) => cells[index] ?? '').join('\n');
    groups.set(key, [...(groups.get(key) ?? []), index]);
  }
  const sorted = [...groups.values()].sort((a, b) => a.length - b.length);
  return {
    corner,
    columns: sorted.map((group) => {
      const name = columns[group[0] ?? 0] ?? '';
      return group.length === 1 ? name : `${name} +${group.length - 1}`;
    }),
    rows: rows.map(({ label, cells }) => ({
      label,
      cells: sorted.map((group) => cells[group[0] ?? 0] ?? ''),
    })),
  };
}

function firstColumns({ corner, columns, rows }: Matrix, kept: number): Matrix {
  return {
    corner,
    columns: columns.slice(0, kept),
    rows: rows.map(({ label, cells }) => ({ label, cells: cells.slice(0, kept) })),
  };
}
