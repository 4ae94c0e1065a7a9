/** One condition of a label query, as `kubectl -l` takes it. */
interface LabelCondition {
  readonly key: string;
  /** The values of which the label must have one; undefined where any will do. */
  readonly values?: ReadonlySet<string>;
  /** True where the condition must not hold; a missing label then satisfies it. */
  readonly isNegated: boolean;
}

/** Conditions that must all hold. */
export type LabelQuery = readonly LabelCondition[];

const pattern =
  /^\s*(?:(?<absent>!)\s*(?<absentKey>[\w./-]+)|(?<key>[\w./-]+)\s*(?:(?<operator>==|=|!=)\s*(?<value>[\w.-]*)|\s(?<set>in|notin)\s*\((?<values>[\w.,\s-]*)\))?)\s*$/;

/**
 * `text` (`a=b,c!=d,e in (f,g),h notin (i),j,!k`) as a query; `undefined` where it is none.
 * *Source:* kubernetes v1.37 `apimachinery/pkg/labels/selector.go`.
 */
export function parseLabelQuery(text: string): LabelQuery | undefined {
  const conditions: LabelCondition[] = [];
  for (const part of text.split(/,(?![^(]*\))/)) {
    const groups = pattern.exec(part)?.groups;
    if (groups === undefined) return undefined;
    const { absentKey, key, operator, value, set, values } = groups;
    if (absentKey !== undefined) conditions.push({ key: absentKey, isNegated: true });
    else if (key === undefined) return undefined;
    else if (operator !== undefined)
      conditions.push({ key, values: new Set([value ?? '']), isNegated: operator === '!=' });
    else if (set !== undefined) {
      const names = (values ?? '').split(',').map((name) => name.trim());
      conditions.push({ key, values: new Set(names), isNegated: set === 'notin' });
    } else conditions.push({ key, isNegated: false });
  }
  return conditions;
}

/** Whether `labels` satisfy every condition of `query`. */
export function matchesLabelQuery(query: LabelQuery, labels: Readonly<Record<string, string>> = {}): boolean {
  return query.every(({ key, values, isNegated }) => {
    const value = labels[key];
    const holds = value !== undefined && (values === undefined || values.has(value));
    return holds !== isNegated;
  });
}
