// A relay: a server under a name of its own, with a certificate that browsers trust, which forwards everything to somebody else's site under that
// site's name, gives the answers back, and keeps every cookie. It takes away whatever a page says against it.

import { createServer, request } from 'node:https';

const GUARDING = ['content-security-policy', 'permissions-policy', 'strict-transport-security', 'content-length', 'secure-session-registration'];

/** Asks a site on this machine, under its name. */
export function ask(origin, path, { method = 'GET', headers = {}, body = '', ca }) {
  const { host, hostname, port } = new URL(origin);
  const given = { ...headers, host };
  return new Promise((done, failed) => {
    const asked = request({ host: '127.0.0.1', port, servername: hostname, path, method, headers: given, ca }, (answer) => {
      const parts = [];
      answer.on('data', (bytes) => parts.push(bytes));
      answer.on('end', () => done({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(parts).toString() }));
    });
    asked.on('error', failed);
    asked.end(body);
  });
}

/** Relays `origin` at `host`; what it rewrites, it rewrites in every answer. The cookies that it kept, how many answers it changed, its own origin, and how to close it. */
export async function relay(origin, host, rewrite, { cert, key, ca }) {
  const kept = [];
  let changed = 0;
  const server = createServer({ cert, key }, async (incoming, outgoing) => {
    const parts = [];
    for await (const bytes of incoming) parts.push(bytes);
    const headers = { ...incoming.headers };
    delete headers['accept-encoding'];
    if (headers.origin) headers.origin = origin;
    const answer = await ask(origin, incoming.url, { method: incoming.method, headers, body: Buffer.concat(parts), ca });
    kept.push(...(answer.headers['set-cookie'] ?? []).map((cookie) => cookie.split(';')[0]).filter((cookie) => !cookie.endsWith('=')));
    for (const name of GUARDING) delete answer.headers[name];
    outgoing.writeHead(answer.status, answer.headers);
    const given = rewrite(answer.body, host);
    if (given !== answer.body) changed += 1;
    outgoing.end(given);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return { kept, changed: () => changed, origin: `https://${host}:${server.address().port}`, close: () => server.close() };
}
