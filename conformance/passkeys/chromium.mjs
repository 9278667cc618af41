// The ceremonies with a real Chromium and its virtual authenticators: a key is made, signs in, comes back, approves; a second one on the
// same device is not made; a frame inside somebody else's page is refused; without verification the browser does not sign.
//
//     cargo build --release -p vauban-passkey --example lines
//     node chromium.mjs FOLDER-WITH-NODE_MODULES target/release/examples/lines
//
// Prints one JSON object: what was tried and what came of it, and whatever is not as it should be. Exit code 1 if anything is.

import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { resolve } from 'node:path';

const [modules, program] = process.argv.slice(2);
const { chromium } = createRequire(resolve(modules, 'package.json'))('playwright-core');

const server = createServer((request, response) => {
  response.setHeader('content-type', 'text/html');
  const frame = new URL(request.url, 'http://localhost').searchParams.get('frame');
  response.end(frame ? `<iframe src="${frame}" allow="publickey-credentials-get *; publickey-credentials-create *">` : '<p>');
});
await new Promise((done) => server.listen(0, '0.0.0.0', done));
const origin = `http://localhost:${server.address().port}`;
const stranger = `http://127.0.0.1:${server.address().port}`;

const lines = spawn(program, ['localhost', origin], { stdio: ['pipe', 'pipe', 'inherit'] });
const answers = createInterface({ input: lines.stdout })[Symbol.asyncIterator]();
async function say(line) {
  lines.stdin.write(`${line}\n`);
  return (await answers.next()).value;
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
const context = await browser.newContext();
const page = await context.newPage();
await page.goto(origin);

async function authenticator(target, change = {}) {
  const session = await context.newCDPSession(target);
  await session.send('WebAuthn.enable', { enableUI: false });
  const options = {
    protocol: 'ctap2',
    transport: 'internal',
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
    ...change,
  };
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', { options });
  return { session, authenticatorId };
}

// In the page, as our own script will do it.
async function create(frame, options) {
  return frame.evaluate(async (json) => {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(JSON.parse(json));
    return navigator.credentials.create({ publicKey }).then((key) => JSON.stringify(key.toJSON()), (error) => error.name);
  }, options);
}
async function get(frame, options) {
  return frame.evaluate(async (json) => {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(JSON.parse(json));
    return navigator.credentials.get({ publicKey }).then((key) => JSON.stringify(key.toJSON()), (error) => error.name);
  }, options);
}

const tried = [];
const wrong = [];
function expect(name, verdict, wanted) {
  tried.push({ name, verdict });
  if (!wanted.test(verdict)) wrong.push(`${name}: ${verdict}`);
}
async function ceremony(name, ask, tell, act, wanted, frame = page) {
  const response = await act(frame, await say(ask));
  expect(name, response.startsWith('{') ? await say(`${tell} ${response}`) : response, wanted);
}

const phone = await authenticator(page);
await ceremony('a key is made', 'enrol', 'enrolled', create, /^ok /);
await ceremony('it signs in', 'sign-in', 'signed-in', get, /^ok /);
await ceremony('it comes back', 'refresh', 'refreshed', get, /^ok /);
await ceremony('it approves', 'approve', 'approved', get, /^ok /);
await ceremony('no second key on that device', 'enrol', 'enrolled', create, /^InvalidStateError$/);
await ceremony('no model is vouched for', 'enrol-administrator', 'enrolled', create, /^refused model$/);

// The last line is a key that was made anyway: it took the place of the first on the device, which signs in no more.
await ceremony('a key that was not taken does not sign in', 'sign-in', 'signed-in', get, /^refused other-credential$/);
await ceremony('a key is made again', 'enrol', 'enrolled', create, /^ok /);
await ceremony('and signs in', 'sign-in', 'signed-in', get, /^ok /);

await phone.session.send('WebAuthn.setUserVerified', { authenticatorId: phone.authenticatorId, isUserVerified: false });
await ceremony('nobody is verified', 'sign-in', 'signed-in', get, /^NotAllowedError$/);
await phone.session.send('WebAuthn.setUserVerified', { authenticatorId: phone.authenticatorId, isUserVerified: true });

// Somebody else's page with ours in a frame: the browser signs, and says so.
const { credentials } = await phone.session.send('WebAuthn.getCredentials', { authenticatorId: phone.authenticatorId });
const other = await context.newPage();
await other.goto(`${stranger}/?frame=${encodeURIComponent(origin)}`);
const frame = other.frames().find((one) => one.url().startsWith(origin));
const target = await context.newCDPSession(frame).then(() => frame, () => other);
const inside = await authenticator(target);
for (const credential of credentials) {
  await inside.session.send('WebAuthn.addCredential', { authenticatorId: inside.authenticatorId, credential });
}
await ceremony('a frame in another page', 'sign-in', 'signed-in', get, /^refused cross-origin$/, frame);
await ceremony('a page of another host', 'sign-in', 'signed-in', get, /^SecurityError$/, other);

await browser.close();
lines.stdin.end();
server.close();
console.log(JSON.stringify({ tried, wrong }, null, 1));
process.exit(wrong.length === 0 ? 0 : 1);
