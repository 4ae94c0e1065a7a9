/** Whether a Service is that of the API servers, which write its endpoints themselves. */
export function isApi({ namespace, name }: { readonly namespace: string; readonly name: string }): boolean {
  return namespace === 'default' && name === 'kubernetes';
}
