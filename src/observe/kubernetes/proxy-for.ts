/** The HTTP proxy that the environment names for a server. *Source:* golang.org/x/net/http/httpproxy, which kubectl asks. */
export function proxyFor(
  { protocol, hostname }: URL,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const of = (name: string): string => env[name] ?? env[name.toLowerCase()] ?? '';
  const proxy = of(protocol === 'http:' ? 'HTTP_PROXY' : 'HTTPS_PROXY');
  const isLocal = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
  if (proxy === '' || isLocal) return undefined;
  const exceptions = of('NO_PROXY')
    .split(',')
    .map((text) => text.trim().toLowerCase());
  const isExcepted = exceptions.some(
    (exception) =>
      exception === '*' ||
      (exception !== '' &&
        (hostname === exception || hostname.endsWith(`.${exception.replace(/^\*?\./, '')}`))),
  );
  return isExcepted ? undefined : proxy;
}
