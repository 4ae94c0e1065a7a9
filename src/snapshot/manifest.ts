import type { Gap } from '../model/evidence.ts';
import { UserError } from '../model/user-error.ts';
import { type Snapshot, type Source, aboutOf } from './snapshot.ts';

/** The file that makes a folder a snapshot: what each source is, and what was not obtained. */
export const manifestName = 'plumb-snapshot.json';

/** The newest version that is understood. */
export const manifestVersion = 1;

/** A snapshot without its contents. */
export interface Manifest {
  readonly format: 'plumb-snapshot';
  readonly version: number;
  readonly takenAt?: string;
  readonly sources?: readonly Omit<Source, 'bytes'>[];
  readonly gaps?: readonly Gap[];
}

/** Reads a manifest. Throws UserError where it is none, or of a newer version. */
export function readManifest(path: string, bytes: Uint8Array): Manifest {
  let value: Partial<Manifest>;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes)) as Partial<Manifest>;
  } catch {
    throw new UserError(
      `${path}: is cut, or no snapshot manifest`,
      'copy the snapshot again; without the manifest its files are read as loose files',
    );
  }
  if (value.format !== 'plumb-snapshot' || typeof value.version !== 'number') {
    throw new UserError(
      `${path}: is no snapshot manifest`,
      'remove it, and the files beside it are read as loose files',
    );
  }
  if (value.version > manifestVersion) {
    throw new UserError(
      `${path}: is a snapshot of version ${value.version}, newer than this plumb reads (${manifestVersion})`,
      'install a newer plumb',
    );
  }
  return value as Manifest;
}

/** The manifest of `snapshot`. */
export function manifestOf({ takenAt, sources, gaps }: Snapshot): Manifest {
  return {
    format: 'plumb-snapshot',
    version: manifestVersion,
    ...(takenAt === undefined ? {} : { takenAt }),
    sources: sources.map(aboutOf),
    gaps,
  };
}
