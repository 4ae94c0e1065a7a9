import { readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { Gap } from '../../model/evidence.ts';
import { UserError } from '../../model/user-error.ts';
import { type Manifest, manifestName, readManifest } from '../../snapshot/manifest.ts';
import { recogniseSource } from '../../snapshot/recognise.ts';
import { redactSource } from '../../snapshot/redact.ts';
import type { Snapshot, Source } from '../../snapshot/snapshot.ts';
import { assignNodes, isNodeKind } from './assign-nodes.ts';
import { type BundleFile, limits, tooLarge } from './limits.ts';
import { packedBy } from './packed-by.ts';
import { plainFiles } from './plain-files.ts';
import { readArchive } from './read-archive.ts';

/** How loose files are to be read. */
export interface BundleOptions {
  /** The node that files without a folder under `nodes/` come from. */
  readonly node?: string;
  /** Which files are read, by their path in what is given; all where it is not said. What is passed over may be all that is known. */
  readonly isWanted?: (path: string) => boolean;
}

/**
 * Reads a snapshot from folders, files and archives (`.tgz`, `.tar.gz`, `.tar`, `.zip`). A file that cannot be read is a gap;
 * throws UserError where nothing can be done: no such path, nothing that is known, an unsafe archive, a newer format.
 */
export async function readBundle(paths: readonly string[], options: BundleOptions = {}): Promise<Snapshot> {
  const gaps: Gap[] = [];
  const inputs: Input[] = [];
  for (const path of paths)
    inputs.push(readInput(path, await filesOf(path, gaps, options.isWanted), options));
  const manifests = inputs.flatMap((input) => input.manifests);
  const places = new Map<Source, string>();
  const sources = inputs.flatMap((input) => {
    const own = tellApart(input, inputs);
    for (const source of own) places.set(source, basename(resolve(input.path)));
    return own;
  });
  const isAll = options.isWanted === undefined;
  if (isAll && !sources.some(({ kind }) => !['unknown', 'empty', 'note'].includes(kind))) {
    const [gap] = gaps;
    const why = gap ? `${gap.what} ${gap.why}` : 'it holds no file';
    throw new UserError(
      `nothing to analyse in ${paths.join(', ')}: ${sources.length === 0 ? why : 'no file is of a kind that is known'}`,
      gap?.unlock ??
        'give a folder with the output of kubectl get … -o json, and a folder nodes/NAME/ for the dumps of each node',
    );
  }
  const takenAt = manifests.find((manifest) => manifest.takenAt !== undefined)?.takenAt;
  return {
    format: 'plumb-snapshot',
    version: 1,
    ...(takenAt === undefined ? {} : { takenAt }),
    sources: assignNodes(sources, (source) => places.get(source)),
    gaps: [...manifests.flatMap((manifest) => manifest.gaps ?? []), ...gaps],
  };
}

const ARCHIVE = /\.(tgz|tar\.gz|tar|zip)$/i;
const UNPACK = 'unpack it, and give the folder';

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown error';
}

async function filesOf(
  path: string,
  gaps: Gap[],
  isWanted: (path: string) => boolean = () => true,
): Promise<BundleFile[]> {
  const info = orExplain(
    () => statSync(path),
    (code) =>
      new UserError(
        `${path}: ${code === 'ENOENT' ? 'no such file or folder' : `cannot be read (${code})`}`,
        'give --from a folder, a file, a .tgz or a .zip',
      ),
  );
  if (info.isDirectory()) return folderFiles(path, gaps, isWanted);
  if (info.size > limits.fileBytes) throw tooLarge(path);
  const bytes = orExplain(
    () => readFileSync(path),
    (code) => new UserError(`${path}: cannot be read (${code})`, 'check the rights of the file'),
  );
  if (ARCHIVE.test(path)) return await readArchive(path, bytes, isWanted);
  const program = packedBy(bytes);
  if (program !== undefined)
    throw new UserError(`${path}: was packed by ${program}, which is not read`, UNPACK);
  return [{ path: basename(path), bytes }];
}

/** What `read` reads; throws what `explain` makes of the error's code. Not promises: a hundred small files would wait a hundred times. */
function orExplain<T>(read: () => T, explain: (code: string) => UserError): T {
  try {
    return read();
  } catch (error) {
    throw explain(codeOf(error));
  }
}

/** All files below `root`; links, hidden files and installed packages are passed over. */
function folderFiles(root: string, gaps: Gap[], isWanted: (path: string) => boolean): BundleFile[] {
  const files: BundleFile[] = [];
  let total = 0;
  const visit = (folder: string): void => {
    const entries = readdirSync(folder, { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) visit(path);
      const name = relative(root, path).split(sep).join('/');
      if (!entry.isFile() || !isWanted(name)) continue;
      try {
        const { size } = statSync(path);
        total += size;
        if (size > limits.fileBytes || total > limits.totalBytes || files.length >= limits.files)
          throw tooLarge(path);
        const bytes = readFileSync(path);
        const program = packedBy(bytes);
        if (program !== undefined)
          gaps.push({ what: name, why: `was packed by ${program}, which is not read`, unlock: UNPACK });
        else if (ARCHIVE.test(name))
          gaps.push({
            what: name,
            why: 'is an archive in a folder, which is not read',
            unlock: `give it itself: --from ${path}`,
          });
        else files.push({ path: name, bytes });
      } catch (error) {
        if (error instanceof UserError) throw error;
        gaps.push({
          what: name,
          why: `cannot be read (${codeOf(error)})`,
          unlock: 'check the rights of the file',
        });
      }
    }
  };
  visit(root);
  return files;
}

/** What was read below one path that was given. */
interface Input {
  /** As it was given. */
  readonly path: string;
  readonly manifests: readonly Manifest[];
  readonly sources: readonly Source[];
}

function readInput(path: string, files: readonly BundleFile[], options: BundleOptions): Input {
  const isManifest = (file: BundleFile): boolean => basename(file.path) === manifestName;
  const manifests = files.filter(isManifest).map((file) => readManifest(file.path, file.bytes));
  const root = resolve(path);
  const node = options.node ?? (basename(dirname(root)) === 'nodes' ? basename(root) : undefined);
  const sources = files
    .filter((file) => !isManifest(file))
    .flatMap(plainFiles)
    .map((file) => sourceOf(file, manifests, node));
  return { path: path.replace(/\/+$/, ''), manifests, sources };
}

/** The sources of `input`, below the path that was given where another input holds a file of the same path. */
function tellApart(input: Input, inputs: readonly Input[]): readonly Source[] {
  const others = new Set(
    inputs.filter((other) => other !== input).flatMap(({ sources }) => sources.map(({ path }) => path)),
  );
  if (!input.sources.some(({ path }) => others.has(path))) return input.sources;
  return input.sources.map((source) => ({
    ...source,
    path: basename(input.path) === source.path ? input.path : `${input.path}/${source.path}`,
  }));
}

function sourceOf(
  { path, bytes }: BundleFile,
  manifests: readonly Manifest[],
  given: string | undefined,
): Source {
  const recognised = recogniseSource(path.replace(/\.gz$/i, ''), bytes);
  const described = manifests.flatMap(({ sources }) => sources ?? []).find((source) => source.path === path);
  const node = described?.node ?? recognised.node ?? (isNodeKind(recognised.kind) ? given : undefined);
  return redactSource({ ...recognised, ...described, path, bytes, ...(node === undefined ? {} : { node }) });
}
