// What most sites have: a password, a code that changes, a cookie. It is here so that a relay can show that it steals such a session; whoever
// steals none of ours must be a thief who can.

import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:https';

/** Serves it at `host`, with these certificates; the address, what its one user knows, and how to close it. */
export async function control(host, { cert, key }, { TOTP, Secret }) {
  const totp = new TOTP({ secret: new Secret({ size: 20 }) });
  const password = randomBytes(12).toString('base64url');
  const sessions = new Set();
  const isRight = (given) => given.length === password.length && timingSafeEqual(Buffer.from(given), Buffer.from(password));
  const server = createServer({ cert, key }, async (incoming, outgoing) => {
    let body = '';
    for await (const bytes of incoming) body += bytes;
    if (incoming.method === 'POST') {
      const sent = new URLSearchParams(body);
      const isIn = isRight(sent.get('password') ?? '') && totp.validate({ token: sent.get('code') ?? '', window: 1 }) !== null;
      const session = randomBytes(32).toString('base64url');
      if (isIn) {
        sessions.add(session);
        outgoing.setHeader('set-cookie', `__Host-control-session=${session}; Path=/; HttpOnly; Secure; SameSite=Strict`);
      }
      outgoing.writeHead(303, { location: isIn ? '/inside' : '/' });
      return outgoing.end();
    }
    const shown = /__Host-control-session=([^;]+)/.exec(incoming.headers.cookie ?? '')?.[1];
    const isIn = sessions.has(shown);
    if (incoming.url === '/inside') outgoing.statusCode = isIn ? 200 : 401;
    outgoing.setHeader('content-type', 'text/html');
    const form = '<form method="post"><input name="password" type="password"><input name="code"><button>in</button></form>';
    return outgoing.end(incoming.url === '/inside' ? (isIn ? 'inside' : 'outside') : form);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return { origin: `https://${host}:${server.address().port}`, password, code: () => totp.generate(), close: () => server.close() };
}
