// Sends the victims of five relays to sign in, with a real Chromium: at our door with a passkey, and, as a control, at a site with a password and a
// code that changes, through the very same relays. What each relay kept is tried from elsewhere.
//
//     node relays.mjs FOLDER-WITH-NODE_MODULES LINK FOLDER
//
// FOLDER has `home`, whose NSS store trusts `ca.pem`, and `vauban.pem` with `vauban.key`, which is good for all the names below.
// Prints one JSON object: what was tried and what came of it, and whatever is not as it should be. Exit code 1 if anything is.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { control } from './control.mjs';
import { ask, relay } from './relay.mjs';
import { armed, end, expect, wrong } from './shared.mjs';

const [modules, link, folder] = process.argv.slice(2);
const require = createRequire(join(resolve(modules), 'package.json'));
const { chromium } = require('playwright-core');
const { origin, hostname: own } = new URL(link);
const [cert, key, ca] = ['vauban.pem', 'vauban.key', 'ca.pem'].map((name) => readFileSync(join(folder, name)));

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  env: { ...process.env, HOME: join(folder, 'home'), XDG_DATA_HOME: join(folder, 'home/.local/share') },
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--host-resolver-rules=MAP *.example 127.0.0.1'],
});

/** Somebody with a browser, and a key that asks nobody. */
async function person(credentials = []) {
  const context = await browser.newContext({ locale: 'en-GB' });
  const somebody = await armed(context);
  const { session, authenticatorId } = somebody;
  for (const credential of credentials) await session.send('WebAuthn.addCredential', { authenticatorId, credential });
  return somebody;
}

const ana = await person();
await ana.page.goto(link);
await ana.page.locator('#for', { hasText: /./ }).waitFor();
await ana.page.locator('form[data-kind] button').click();
await ana.page.waitForURL('**/mine');
const { credentials } = await ana.session.send('WebAuthn.getCredentials', { authenticatorId: ana.authenticatorId });
const usual = await control('control.campagne.example', { cert, key }, require('otpauth'));

/** What a relay's cookies open elsewhere: how many of them. */
async function opened(at, path, cookies) {
  const answers = await Promise.all(cookies.map((cookie) => ask(at, path, { headers: { cookie }, ca })));
  return answers.filter(({ status }) => status === 200).length;
}

const same = (body) => body;
async function robbed(name, hosts, rewrite) {
  const [ours, theirs] = await Promise.all(
    [origin, usual.origin].map((at, index) => relay(at, hosts[index], rewrite, { cert, key, ca })),
  );
  const victim = await person(credentials);
  await victim.page.goto(`${ours.origin}/signin`);
  const wasThere = await victim.page.locator('form[data-kind] button').count();
  await victim.page.locator('form[data-kind] button').click({ timeout: 3_000 }).catch(() => {});
  await victim.page.waitForTimeout(1_000);
  expect(`${name}: our page was shown`, wasThere, /^1$/);
  if (rewrite !== same) expect(`${name}: answers that were changed`, ours.changed(), /^[1-9]/);
  expect(`${name}: where its victim is`, new URL(victim.page.url()).pathname, /^\/signin$/);
  expect(`${name}: cookies kept of us, sessions among them`, `${ours.kept.length > 0}, ${ours.kept.filter((cookie) => cookie.includes('-session=')).length}`, /, 0$/);
  expect(`${name}: of these, good elsewhere`, await opened(origin, '/mine', ours.kept), /^0$/);

  await victim.page.goto(theirs.origin);
  await victim.page.fill('[name=password]', usual.password);
  await victim.page.fill('[name=code]', usual.code());
  await victim.page.click('button');
  await victim.page.waitForURL('**/inside');
  expect(`${name}: control, sessions stolen and good elsewhere`, await opened(usual.origin, '/inside', theirs.kept), /^1$/);
  await victim.context.close();
  [ours, theirs].forEach(({ close }) => close());
}

const renamed = (body, host) => body.replaceAll(`"rpId":"${own}"`, `"rpId":"${host}"`);
const lowered = (body) => body.replaceAll('"userVerification":"required"', '"userVerification":"discouraged"');
const usually = 'control.campagne.example';
const sibling = 'wiki.campagne.example';
await robbed('plain relay, our name at another port', [own, usually], same);
await robbed('rpId rewritten', [sibling, sibling], renamed);
await robbed('downgrade, asked for less', [own, usually], lowered);
await robbed('sibling domain', [sibling, sibling], same);
// An a of another alphabet.
await robbed('homograph', ['vauban.xn--cmpagne-2fg.example', 'control.xn--cmpagne-2fg.example'], same);

const honest = await person(credentials);
await honest.page.goto(`${origin}/signin`);
await honest.page.waitForURL('**/mine', { timeout: 2_000 }).catch(() => honest.page.locator('form[data-kind] button').click());
await honest.page.waitForURL('**/mine', { timeout: 5_000 }).catch(() => {});
expect('the same key at the real door', new URL(honest.page.url()).pathname, /^\/mine$/);

await browser.close();
usual.close();
end();
