/** Where Services at random stand; no pod does. */
export const NAMESPACE = 'random';
