// Two administrators and somebody new, with a real Chromium and its virtual authenticators: invited, approved by both, handed a link, in
// after one press; then suspended, changed and let go. Three keys are made that break the glass, and two of them approve a recovery. Every
// page is looked at in both languages, wide and narrow, for everybody.
//
//     node people.mjs FOLDER-WITH-NODE_MODULES LINK-OF-ANA LINK-OF-BOB [FOLDER-FOR-PICTURES]
//
// The server binds a session to a device at /test/bind, does at /test/carry what waits for a veto, and forgets a touch after ten seconds. Prints one JSON object: what was tried
// and what came of it, and whatever is not as it should be. Exit code 1 if anything is.

import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { readFileSync } from 'node:fs';
import { armed, end, expect, wrong } from './shared.mjs';

const [modules, ofAna, ofBob, pictures] = process.argv.slice(2);
const require = createRequire(join(resolve(modules), 'package.json'));
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const origin = new URL(ofAna).origin;
const forgotten = 10_500;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
});

/** Somebody with a device of their own. */
async function person() {
  const context = await browser.newContext({ locale: 'en-GB' });
  const { page, session, authenticatorId } = await armed(context);
  page.setDefaultTimeout(30_000);
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of 4[0-9][0-9]/.test(message.text())) wrong.push(`console: ${message.text()}`);
  });
  return { context, page, session, authenticatorId };
}

/** From a link to being in, and how many presses that took. */
async function enrol(link) {
  const somebody = await person();
  const { page } = somebody;
  await page.goto(link);
  await page.locator('#for', { hasText: /./ }).waitFor();
  await page.getByRole('button', { name: 'Make my passkey' }).click();
  await page.waitForURL('**/mine');
  return somebody;
}

const press = (page, name) => page.getByRole('button', { name }).first().click();
/** A security key, which has to be plugged in. */
const security = {
  protocol: 'ctap2', transport: 'usb', hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
  automaticPresenceSimulation: true,
};
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
const said = (page) => page.textContent('main');

const ana = await enrol(ofAna);
const bob = await enrol(ofBob);
const menu = (somebody) => somebody.page.locator('nav a').allTextContents();
expect('the menu of an administrator', await menu(ana), /My keys and sessions,Requests,People,Audit/);

// Not bound yet: why not, and what to do.
await bob.page.goto(`${origin}/people`);
expect('an administrator whose session is bound to nothing', await said(bob.page), /bound to no device[\s\S]*security chip[\s\S]*vauban people/);
await ana.page.goto(`${origin}/test/bind`);

/** Asks for somebody new, and has both approve. The address of the request. */
async function invited(name) {
  const { page } = ana;
  await page.goto(`${origin}/people`);
  await page.getByRole('link', { name: 'Invite somebody' }).click();
  await page.getByLabel(/^Name/).fill(name);
  await page.getByLabel(/^Groups/).fill('work\npress');
  await press(page, 'Ask for the invitation');
  await page.waitForLoadState();
  if (new URL(page.url()).pathname === '/people/invite') {
    expect('a volunteer without a last day', await page.textContent('.alarm'), /always has an end/);
    await page.getByLabel(/^Last day/).fill(new Date(Date.now() + 30 * 24 * 3_600_000).toISOString().slice(0, 10));
    await press(page, 'Ask for the invitation');
  }
  await page.waitForURL(/\/requests\/./);
  const request = page.url();
  for (const { page } of [ana, bob]) {
    await page.goto(request);
    await press(page, 'Approve with my key');
    await page.getByText(page === ana.page ? 'Ana,' : 'Bob,').waitFor();
  }
  return request;
}

const request = await invited('Chloé');
const ready = await invited('Dora');
await ana.page.goto(request);
await pause(forgotten);
await press(ana.page, 'Show the link with my key');
await ana.page.locator('svg').waitFor();
expect('the code is as large as it should be', JSON.stringify(await ana.page.locator('svg').boundingBox()), /"width":288,"height":288/);
const link = await ana.page.textContent('pre.code');
expect('the link', link, /^http:\/\/localhost:[0-9]+\/enrol#[\w-]{43}$/);
const chloe = await enrol(link);
expect('in after one press', await said(chloe.page), /Chloé/);
expect('the menu of a member', await menu(chloe), /^My keys and sessions,Requests$/);

// One more key: the browser is told where to look, and shows a code of its own for the telephone.
await pause(forgotten);
await chloe.page.goto(`${origin}/mine`);
await chloe.page.getByRole('button', { name: 'Add on my phone' }).waitFor();
await chloe.page.evaluate(() => {
  const make = navigator.credentials.create.bind(navigator.credentials);
  navigator.credentials.create = (options) => {
    document.documentElement.dataset.hinted = options.publicKey.hints?.join(' ');
    return make(options);
  };
});
for (const [button, hints] of [['Add on my phone', /^hybrid$/], ['Add here, or a security key', /^client-device security-key$/]]) {
  await press(chloe.page, button);
  await chloe.page.locator('form[data-kind=add] [role=alert]', { hasText: /has a key here already/ }).waitFor();
  expect(`the hint of "${button}"`, await chloe.page.evaluate(() => document.documentElement.dataset.hinted), hints);
}

// Looked at, before anything is closed.
const looking = await browser.newContext({ bypassCSP: true, storageState: await ana.context.storageState() });
const unbound = await browser.newContext({ bypassCSP: true, storageState: await bob.context.storageState() });
const [eye, other] = [await looking.newPage(), await unbound.newPage()];
async function look(page, name, lang, width) {
  const shown = await page.evaluate(() => document.documentElement.lang);
  if (shown !== lang) wrong.push(`${name} is in ${shown}, not in ${lang}`);
  await page.evaluate(axe);
  const results = await page.evaluate(() => window.axe.run());
  for (const violation of results.violations) {
    wrong.push(`${lang} ${width} ${name}: ${violation.id}: ${violation.nodes[0].html.slice(0, 160)}`);
  }
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (over > 0) wrong.push(`${lang} ${width} ${name} is ${over} px wider than the window`);
  if (pictures) await page.screenshot({ path: join(pictures, `${lang}-${width}-${name}.png`), fullPage: true });
}
await ana.page.goto(`${origin}/people`);
const ofChloe = new URL(await ana.page.getByRole('link', { name: 'Chloé' }).getAttribute('href'), origin).pathname;
const paths = {
  signin: '/signin', enrol: '/enrol', mine: '/mine', requests: '/requests', request: new URL(ready).pathname, people: '/people',
  invite: '/people/invite', glass: '/people/glass', person: ofChloe, leave: `${ofChloe}/leave`, audit: '/audit', nobody: '/people/x',
};
/** Touches the key, so that what it opens is looked at, too. */
async function touched() {
  await ana.page.goto(`${origin}${ofChloe}`);
  const button = ana.page.getByRole('button', { name: 'Touch my key' });
  if (await button.count()) {
    await button.click();
    await ana.page.getByRole('button', { name: 'Change the groups' }).waitFor();
  }
}
let seen = 0;
const languages = [['fr', 'fr-FR'], ['en', 'en-GB']];
/** One page as it is now, in both languages and widths. */
async function everywhere(name, path) {
  for (const [lang, locale] of languages) {
    await eye.setExtraHTTPHeaders({ 'accept-language': locale });
    for (const width of [1280, 360]) {
      await eye.setViewportSize({ width, height: 800 });
      await eye.goto(origin + path);
      await look(eye, name, lang, width);
      seen += 1;
    }
  }
}

// Three keys that break the glass, one after another; whoever makes them touches a key of their own before each, and then plugs in the new one.
const glass = '/people/glass';
/** Has one key answer, and no other. */
async function only(authenticatorId) {
  for (const one of [ana.authenticatorId, ...spares]) {
    await ana.session.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId: one, enabled: one === authenticatorId });
  }
}
const spares = [];
await everywhere('glass-none', glass);
await ana.page.exposeFunction('plugIn', () => only(spares.at(-1)));
for (const place of ['Safe', 'Notary', 'Bank']) {
  if (spares.length === 2) await everywhere('glass-two', glass);
  spares.push((await ana.session.send('WebAuthn.addVirtualAuthenticator', { options: security })).authenticatorId);
  await only(ana.authenticatorId);
  await ana.page.goto(origin + glass);
  await ana.page.evaluate(() => {
    const make = navigator.credentials.create.bind(navigator.credentials);
    navigator.credentials.create = async (options) => {
      await window.plugIn();
      return make(options);
    };
  });
  await ana.page.getByLabel('Where this key will be kept').fill(place);
  await press(ana.page, /^Make the .* break-glass key/);
  await ana.page.getByText(place, { exact: true }).waitFor();
}
await only(ana.authenticatorId);
await everywhere('glass-three', glass);
await ana.page.goto(origin + glass);
await press(ana.page, 'Ask for the change');
await ana.page.waitForURL(/\/requests\/./);
const change = ana.page.url();
await everywhere('glass-asked', glass);
for (const { page } of [ana, bob]) {
  await page.goto(change);
  await press(page, 'Approve with my key');
  await page.getByText(page === ana.page ? 'Ana,' : 'Bob,').waitFor();
}
await ana.page.goto(`${origin}/test/carry`);
await ana.page.goto(origin + glass);
expect('break-glass keys', await said(ana.page), /Registered \(3\)/);

// Bob lost everything, and there is nobody to approve but two of the three.
await ana.page.goto(`${origin}/people`);
await ana.page.getByRole('link', { name: 'Bob' }).click();
await press(ana.page, /ask for a recovery/);
await ana.page.getByRole('link', { name: 'To the break-glass keys' }).click();
const broken = new URL(ana.page.url()).pathname;
expect('where the glass is broken', broken, /^\/glass\/[0-9a-f-]{36}$/);
await only(ana.authenticatorId);
const refused = ana.page.locator('[role=alert]', { hasText: /./ });
for (const [spare, wanted] of [[spares[0], /1 \/ 2/], [spares[2], /This is approved[\s\S]*vauban people link/]]) {
  await only(spare);
  await ana.page.goto(origin + broken);
  await press(ana.page, /break-glass key/);
  await Promise.race([ana.page.locator('main', { hasText: wanted }).waitFor(), refused.waitFor()]);
  expect('a break-glass key that is touched', await said(ana.page), wanted);
  if (spare === spares[0]) await everywhere('broken-once', broken);
}
await everywhere('broken', broken);
await only(ana.authenticatorId);
await ana.page.goto(origin + broken.replace('/glass/', '/requests/'));
expect('its request', await said(ana.page), /a break-glass key/);
await press(ana.page, 'Stop it');
expect('and it is stopped', (await ana.page.goto(origin + broken)).status(), /404/);

for (const [lang, locale] of languages) {
  for (const page of [eye, other]) await page.setExtraHTTPHeaders({ 'accept-language': locale });
  for (const width of [1280, 360]) {
    for (const page of [eye, other]) await page.setViewportSize({ width, height: 800 });
    for (const [name, path] of Object.entries(paths)) {
      for (const touch of ['person', 'mine', 'request'].includes(name) ? [false, true] : [false]) {
        if (touch) await touched();
        await eye.goto(origin + path);
        await look(eye, touch ? `${name}-touched` : name, lang, width);
        seen += 1;
      }
    }
    await other.goto(`${origin}/people`);
    await look(other, 'unbound', lang, width);
    seen += 1;
  }
}
await ana.page.goto(ready);
await press(ana.page, 'Show the link with my key');
await ana.page.locator('svg').waitFor();
for (const width of [360, 1280]) {
  await ana.page.setViewportSize({ width, height: 800 });
  await look(ana.page, 'link', 'en', width);
}
expect('pages that were looked at', seen + 2, /^[0-9]+$/);

// Something is odd: out at once, without a key.
await pause(forgotten);
await ana.page.goto(origin + ofChloe);
await press(ana.page, /^Suspend Chloé/);
await ana.page.getByText('suspended', { exact: true }).waitFor();
expect('whoever is suspended', (await chloe.page.goto(`${origin}/mine`)).url(), /\/signin$/);
await press(ana.page, 'Touch my key');
await press(ana.page, 'Let in again');
await ana.page.getByText('active', { exact: true }).waitFor();
await chloe.page.goto(`${origin}/signin`);
await chloe.page.waitForTimeout(500);
if (new URL(chloe.page.url()).pathname === '/signin') await press(chloe.page, 'Sign in with my passkey');
await chloe.page.waitForURL('**/mine');
expect('and let in again', await said(chloe.page), /Chloé/);

// Leaving: said first, then done by one press.
await ana.page.goto(origin + ofChloe);
await ana.page.getByRole('link', { name: 'Leaving: close everything' }).click();
expect('what will be closed', await said(ana.page), /Keys deleted: 1[\s\S]*Sessions ended: 1/);
await press(ana.page, /^Close everything of Chloé/);
await ana.page.getByText('gone', { exact: true }).waitFor();
expect('whoever left', (await chloe.page.goto(`${origin}/mine`)).url(), /\/signin$/);
await ana.page.goto(`${origin}/audit`);
expect('and it can be read', await said(ana.page), /Chloé left: everything is closed, by Ana/);

await browser.close();
end();
