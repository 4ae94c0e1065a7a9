import type { Style } from '../style.ts';
import type { Matrix } from './path-matrix.ts';
import { alignColumns } from './table.ts';
import { padVisible, visibleLength } from './visible-length.ts';

const indent = '  ';
const gap = '      ';
/** Endpoints of a large Service are mostly alike; a screen holds not many more rows. */
const MOST_ROWS = 24;

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

/** Lines of one matrix that fit the terminal: rows and columns that say the same stand together, and what still has no room is counted. */
function drawMatrix(matrix: Matrix, style: Style): string[] {
  const rows = matrix.rows.length > MOST_ROWS ? groupRows(matrix.rows) : matrix.rows;
  const shown = { ...matrix, rows: rows.slice(0, MOST_ROWS) };
  const left = rows.length - shown.rows.length;
  return [...drawColumns(shown, style), ...(left === 0 ? [] : [andMore(left, 'rows', style)])];
}

function drawColumns(matrix: Matrix, style: Style): string[] {
  const whole = draw(matrix, style);
  if (fits(whole, style)) return whole;
  const grouped = groupColumns(matrix);
  for (let kept = grouped.columns.length; kept > 0; kept--) {
    const lines = draw(firstColumns(grouped, kept), style);
    const left = grouped.columns.length - kept;
    if (fits(lines, style)) return left === 0 ? lines : [...lines, andMore(left, 'columns', style)];
  }
  return draw(firstColumns(grouped, 1), style);
}

function andMore(count: number, what: string, style: Style): string {
  return style.dim(`and ${count} more ${what} (-o json has all)`);
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
  const groups = groupBy([...columns.keys()], (index) => rows.map(({ cells }) => cells[index] ?? ''));
  return {
    corner,
    columns: groups.map((group) => nameOf(group.map((index) => columns[index] ?? ''))),
    rows: rows.map(({ label, cells }) => ({
      label,
      cells: groups.map(([first = 0]) => cells[first] ?? ''),
    })),
  };
}

/** Rows of the same cells become one row, as columns do. */
function groupRows(rows: Matrix['rows']): Matrix['rows'] {
  return groupBy(rows, ({ cells }) => cells).map((group) => ({
    label: nameOf(group.map(({ label }) => label)),
    cells: group[0]?.cells ?? [],
  }));
}

/** Items by the texts of each, the rarest group first. */
function groupBy<T>(items: readonly T[], textsOf: (item: T) => readonly string[]): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = textsOf(item).join('\n');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return [...groups.values()].sort((a, b) => a.length - b.length);
}

function nameOf([first = '', ...others]: readonly string[]): string {
  return others.length === 0 ? first : `${first} +${others.length}`;
}

function firstColumns({ corner, columns, rows }: Matrix, kept: number): Matrix {
  return {
    corner,
    columns: columns.slice(0, kept),
    rows: rows.map(({ label, cells }) => ({ label, cells: cells.slice(0, kept) })),
  };
}
