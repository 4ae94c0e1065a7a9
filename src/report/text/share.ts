/** Shares closer than this are one: kube-proxy writes probabilities with ten digits, the kernel keeps 31 bits. */
const tolerance = 1e-4;

/** `share` (0 to 1) as people say it: `0`, `1`, `2/3`, or `41 %` where no small fraction is near. */
export function formatShare(share: number): string {
  for (let denominator = 1; denominator <= 12; denominator++) {
    const numerator = Math.round(share * denominator);
    if (Math.abs(share - numerator / denominator) < tolerance)
      return denominator === 1 ? String(numerator) : `${numerator}/${denominator}`;
  }
  const percent = share * 100;
  return percent < 1 ? '<1 %' : percent > 99 ? '>99 %' : `${Math.round(percent)} %`;
}

/** An interval of shares: one share where both ends agree, else `1/3 to 1`. */
export function formatShares([min, max]: readonly [min: number, max: number]): string {
  return max - min < tolerance ? formatShare(min) : `${formatShare(min)} to ${formatShare(max)}`;
}
