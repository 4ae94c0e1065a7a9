/** Which objects are meant, by their labels, as policies and workloads write it. An empty selector means all. */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    /** `In`, `NotIn`, `Exists` or `DoesNotExist`. */
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

type Labels = Readonly<Record<string, string>>;

/**
 * The conditions of `selector` that `labels` do not satisfy, each as `kubectl -l` writes it; empty where all hold. An operator that the API does
 * not know is satisfied by nothing. *Source:* kubernetes v1.37 `apimachinery/pkg/labels/selector.go`.
 */
export function unmetConditions(selector: LabelSelector, labels: Labels = {}): string[] {
  const equal = Object.entries(selector.matchLabels ?? {})
    .filter(([key, value]) => labels[key] !== value)
    .map(([key, value]) => `${key}=${value}`);
  const set = (selector.matchExpressions ?? [])
    .filter((condition) => !holds(condition, labels[condition.key]))
    .map(formatCondition);
  return [...equal, ...set];
}

/** Whether `labels` satisfy every condition of `selector`. */
export function matchesLabelSelector(selector: LabelSelector, labels?: Labels): boolean {
  return unmetConditions(selector, labels).length === 0;
}

/** `selector` as `kubectl -l` writes it; empty for one that means all. */
export function formatLabelSelector({ matchLabels, matchExpressions }: LabelSelector): string {
  const equal = Object.entries(matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  return [...equal, ...(matchExpressions ?? []).map(formatCondition)].join(',');
}

type Condition = NonNullable<LabelSelector['matchExpressions']>[number];

function holds({ operator, values = [] }: Condition, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return false;
  }
}

function formatCondition({ key, operator, values = [] }: Condition): string {
  if (operator === 'Exists') return key;
  if (operator === 'DoesNotExist') return `!${key}`;
  return `${key} ${operator.toLowerCase()} (${values.join(',')})`;
}
