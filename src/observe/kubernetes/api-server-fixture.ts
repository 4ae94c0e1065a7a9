import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { type ApiLink } from './api-call.ts';

/** For tests: what a simulated API server does with a request; undefined: it is answered 404. */
export type Answer = (
  request: { readonly method: string; readonly url: URL; readonly headers: IncomingMessage['headers'] },
  response: ServerResponse,
) => object | undefined | 'handled';

/** For tests: what it does with a channel that was opened. */
export type OnChannel = (channel: WebSocket, url: URL) => void;

/** For tests: an API server that listens on a real port of this machine. */
export interface SimulatedServer {
  readonly link: ApiLink;
  readonly url: string;
  /** The requests so far, `GET /api/v1/pods`. */
  readonly asked: readonly string[];
  stop(): Promise<void>;
}

/** For tests: starts one. */
export async function startApiServer(answer: Answer, onChannel?: OnChannel): Promise<SimulatedServer> {
  const asked: string[] = [];
  const open = new Set<Socket>();
  const server = createServer((request, response) => {
    const { method = 'GET', headers } = request;
    const url = new URL(request.url ?? '/', 'http://simulated');
    asked.push(`${method} ${url.pathname}${url.search}`);
    request.resume();
    const body = answer({ method, url, headers }, response);
    if (body === 'handled') return;
    respond(response, body === undefined ? 404 : 200, body ?? status(404, 'not found'));
  });
  const channels = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => [...offered][0] ?? false,
  });
  server.on('upgrade', (request, socket, head) => {
    const url = new URL(request.url ?? '/', 'http://simulated');
    asked.push(`CHANNEL ${url.pathname}${url.search}`);
    if (onChannel === undefined) {
      const body = JSON.stringify(status(403, 'pods "web" is forbidden: cannot create pods/exec'));
      socket.end(
        `HTTP/1.1 403 Forbidden\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
      );
      return;
    }
    channels.handleUpgrade(request, socket, head, (channel) => onChannel(channel, url));
  });
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    link: { server: new URL(url), options: () => Promise.resolve({ agent: false }), pauseMs: 5 },
    url,
    asked,
    stop: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** For tests: writes a JSON answer. */
export function respond(
  response: ServerResponse,
  code: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): 'handled' {
  response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  return 'handled';
}

/** For tests: a `Status`, as the API server refuses with. */
export function status(code: number, message: string): object {
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, message };
}
