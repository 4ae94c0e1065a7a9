import { UserError } from '../../model/user-error.ts';

/** A file of a bundle: its name with `/` between parts, and its content. */
export interface BundleFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** What a bundle may hold: enough for thousands of nodes or one very large one, and less than would exhaust a machine. */
export const limits: { readonly files: number; readonly fileBytes: number; readonly totalBytes: number } = {
  files: 200_000,
  fileBytes: 2 ** 30,
  totalBytes: 4 * 2 ** 30,
};

/** The error for a bundle over the limits. */
export function tooLarge(path: string): UserError {
  const gib = (bytes: number): string => `${bytes / 2 ** 30} GiB`;
  return new UserError(
    `${path}: is larger than a bundle may be (${gib(limits.fileBytes)} a file, ${gib(limits.totalBytes)} in all)`,
    'analyse fewer nodes at a time',
  );
}
