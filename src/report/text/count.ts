/** `count` with its noun in the right number: `1 cause`, `3 nodes`. */
export function count(number: number, singular: string, plural: string = `${singular}s`): string {
  return `${number} ${number === 1 ? singular : plural}`;
}
