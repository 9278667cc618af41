// Steals cookies from a real Chromium, over TLS, and tries them elsewhere: one that is bound to nothing (the control, which a thief can use),
// one of a session that is bound to its device (DBSC), and one that is bound to a client certificate.
//
//     node bound.mjs FOLDER-WITH-NODE_MODULES LINK FOLDER [FOLDER-FOR-PICTURES]
//
// FOLDER has `home`, whose NSS store trusts `ca.pem`, and `ana.pem` with `ana.key`. The server's clock goes on by a device's cookie when
// `/test/later` is asked for.
// Prints one JSON object: what was tried and what came of it, and whatever is not as it should be. Exit code 1 if anything is.

import { generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { armed, end, expect, wrong } from './shared.mjs';

const [modules, link, folder, pictures] = process.argv.slice(2);
const require = createRequire(join(resolve(modules), 'package.json'));
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const { origin } = new URL(link);
const COOKIE = '__Host-vauban-session';
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
const file = (name) => readFileSync(join(folder, name));

/** Somebody elsewhere, with nothing but what was stolen. */
function elsewhere(path, { method = 'GET', headers = {}, more = {} } = {}) {
  return new Promise((done, failed) => {
    const asked = request(origin + path, { method, headers, ca: file('ca.pem'), ...more }, (answer) => {
      let body = '';
      answer.on('data', (bytes) => (body += bytes));
      answer.on('end', () => done({ status: answer.statusCode, headers: answer.headers, body }));
    });
    asked.on('error', failed);
    asked.end();
  });
}
const script = (cookie) =>
  elsewhere('/mine/fresh/ask', { method: 'POST', headers: { cookie, origin, 'content-type': 'application/json' } });
/** The server's clock goes on. */
const later = () => elsewhere('/test/later');
const replay = async (cookie, more) => (await elsewhere('/mine', { headers: { cookie }, more })).status;

/** A Chromium with a profile of its own; bindings need one, and a certificate that is trusted without ignoring errors. */
async function open(name, features = []) {
  const context = await chromium.launchPersistentContext(join(folder, name), {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    env: { ...process.env, HOME: join(folder, 'home'), XDG_DATA_HOME: join(folder, 'home/.local/share') },
    locale: 'fr-FR',
    bypassCSP: true,
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', `--enable-features=${features.join(',')}`],
  });
  return armed(context);
}

async function cookieOf(context) {
  const cookie = (await context.cookies(origin)).find(({ name }) => name === COOKIE);
  return `${cookie?.name}=${cookie?.value}`;
}

async function violations(page, name) {
  await page.evaluate(axe);
  for (const { id, nodes } of (await page.evaluate(() => window.axe.run())).violations) {
    wrong.push(`${name}: ${id}: ${nodes[0].html.slice(0, 160)}`);
  }
  if (pictures) await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
}

/** Signs in with a key that is somebody's already. */
async function signIn({ page, session, authenticatorId }, credentials) {
  for (const credential of credentials) await session.send('WebAuthn.addCredential', { authenticatorId, credential });
  await page.goto(`${origin}/signin`);
  // The browser may offer the key by itself, and then it is used already.
  await page.waitForURL('**/mine', { timeout: 2_000 }).catch(() => page.locator('form[data-kind] button').click());
  await page.waitForURL('**/mine', { timeout: 5_000 }).catch(async () => wrong.push(`not in: ${await page.textContent('main')}`));
}

/** The keys of a device, with their counters as they are now. */
async function keysOf({ session, authenticatorId }) {
  return (await session.send('WebAuthn.getCredentials', { authenticatorId })).credentials;
}

// A session that is bound to its device, by the browser itself.
const ana = await open('device', ['DeviceBoundSessions', 'EnableBoundSessionCredentialsSoftwareKeysForManualTesting']);
await ana.page.goto(link);
await ana.page.locator('#for', { hasText: /./ }).waitFor();
await ana.page.locator('form[data-kind] button').click();
await ana.page.waitForURL('**/mine');
await pause(1_000);
await ana.page.goto(`${origin}/mine`);
const said = await ana.page.textContent('main');
expect('what the page says of the session', /liée à cet appareil/.test(said) ? 'bound to this device' : said, /^bound to this device$/);
await violations(ana.page, 'fr-bound-mine');

const stolen = await cookieOf(ana.context);
expect('device, stolen just now', await replay(stolen), /^200$/);
await later();
expect('device, stolen and its lifetime over', await replay(stolen), /^303$/);
expect('a script with it', (await script(stolen)).status, /^401$/);

// Its own browser goes on without the cookie, with pages and with scripts that are under way.
await ana.context.clearCookies({ name: COOKIE });
await ana.page.goto(`${origin}/mine`);
expect('its own browser, a page', new URL(ana.page.url()).pathname, /^\/mine$/);
await later();
await ana.context.clearCookies({ name: COOKIE });
const own = () => fetch('/mine/fresh/ask', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' }).then(({ status }) => status);
const many = await ana.page.evaluate(`Promise.all([1, 2, 3, 4].map(${own}))`);
expect('its own browser, four scripts at once', many, /^200,200,200,200$/);

// No refresh without the key.
const id = /\/mine\/sessions\/([0-9a-f-]{36})\/end/.exec(await ana.page.content())[1];
const refresh = (response) =>
  elsewhere('/signin/device/refresh', {
    method: 'POST',
    headers: { origin, cookie: stolen, 'sec-secure-session-id': id, ...(response ? { 'secure-session-response': response } : {}) },
  });
const asked = await refresh();
expect('a thief who asks for the next cookie', asked.status, /^403$/);
const challenge = /^"([^"]+)"/.exec(asked.headers['secure-session-challenge'])[1];
const thief = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const text = `${part({ alg: 'ES256', typ: 'dbsc+jwt', jwk: thief.publicKey.export({ format: 'jwk' }) })}.${part({ jti: challenge })}`;
const signature = sign('sha256', Buffer.from(text), { key: thief.privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url');
const refused = await refresh(`${text}.${signature}`);
expect('a thief who signs with another key', refused.status, /^401$/);
expect('cookies that the thief was given', [asked, refused].filter(({ headers }) => headers['set-cookie']).length, /^0$/);

const keys = await keysOf(ana);
// Without a key, so that the browser does not offer it at once and comes in again.
await ana.session.send('WebAuthn.clearCredentials', { authenticatorId: ana.authenticatorId });

// One press ends a session that is bound, and its device brings it back no more.
await ana.page.locator(`form[action="/mine/sessions/${id}/end"] button`).click();
await ana.page.waitForURL('**/signin');
await later();
await ana.page.goto(`${origin}/mine`);
expect('after one press', new URL(ana.page.url()).pathname, /^\/signin$/);
await ana.context.close();

// The control: the same person, the same key, a browser that binds nothing.
const plain = await open('plain');
await signIn(plain, keys);
expect('what the page says of it', /liée à aucun appareil/.test(await plain.page.textContent('main')), /^true$/);
await violations(plain.page, 'fr-plain-mine');
const ordinary = await cookieOf(plain.context);
await later();
expect('control: an ordinary cookie, stolen', await replay(ordinary), /^200$/);
const used = await keysOf(plain);
await plain.context.close();

// A certificate.
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--ignore-certificate-errors'] });
const carrying = await browser.newContext({
  locale: 'fr-FR', bypassCSP: true, ignoreHTTPSErrors: true,
  clientCertificates: [{ origin, certPath: join(folder, 'ana.pem'), keyPath: join(folder, 'ana.key') }],
});
const certified = await armed(carrying);
await signIn(certified, used);
expect('what the page says with a certificate', /liée à un certificat/.test(await certified.page.textContent('main')), /^true$/);
await violations(certified.page, 'fr-certificate-mine');
const certificates = await cookieOf(carrying);
expect('certificate, stolen just now', await replay(certificates), /^303$/);
expect('a script with it, without the certificate', (await script(certificates)).status, /^401$/);
expect('the same with the certificate', await replay(certificates, { cert: file('ana.pem'), key: file('ana.key') }), /^200$/);
await browser.close();

end();
