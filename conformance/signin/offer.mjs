// The field in which a browser offers keys by itself, with a real Chromium and its virtual authenticators: still good after more than the five
// minutes that a question is, and not silent about what fails.
//
//     node offer.mjs FOLDER-WITH-NODE_MODULES LINK
//
// The server's clock goes on by five minutes when `/test/later` is asked for. Prints one JSON object: what was tried and what came of it, and
// whatever is not as it should be. Exit code 1 if anything is.

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { armed, end, expect, wrong } from './shared.mjs';

const [modules, link] = process.argv.slice(2);
const { chromium } = createRequire(join(resolve(modules), 'package.json'))('playwright-core');
const { origin, hostname } = new URL(link);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });

/** Somebody whose page counts what the server is asked, and whose clock can be moved. */
async function person() {
  const somebody = await armed(await browser.newContext({ locale: 'en-GB' }));
  somebody.page.setDefaultTimeout(15_000);
  await somebody.page.clock.install();
  somebody.asked = 0;
  somebody.page.on('response', (answer) => (somebody.asked += new URL(answer.url()).pathname === '/signin/ask' ? 1 : 0));
  return somebody;
}

/** Waits until so many questions were asked. */
async function untilAsked(somebody, count) {
  for (let tries = 0; somebody.asked < count && tries < 150; tries += 1) await new Promise((done) => setTimeout(done, 100));
  return somebody.asked;
}

const said = ({ page }) => page.locator('form[data-offer] [role=alert]');

try {
  const ana = await person();
  await ana.page.goto(link);
  await ana.page.locator('#for', { hasText: /./ }).waitFor();
  await ana.page.locator('form[data-kind] button').click();
  await ana.page.waitForURL('**/mine');
  const { credentials } = await ana.session.send('WebAuthn.getCredentials', { authenticatorId: ana.authenticatorId });

  // The page stands open for longer than a question is good, and only then is there a key.
  const late = await person();
  await late.page.addInitScript(() => {
    // A browser with a screen waits for somebody to look into the list; one without gives up at once where there is no key.
    const get = navigator.credentials.get.bind(navigator.credentials);
    navigator.credentials.get = (options) =>
      window.hasKey ? get(options) : new Promise((_, ends) => options.signal.addEventListener('abort', () => ends(options.signal.reason)));
  });
  await late.page.goto(`${origin}/signin`);
  expect('asked when the page is there', await untilAsked(late, 1), /^1$/);
  await late.page.request.get(`${origin}/test/later`);
  await late.page.clock.runFor(250_000);
  expect('asked anew after four minutes', await untilAsked(late, 2), /^2$/);
  await late.page.evaluate(() => (window.hasKey = true));
  for (const credential of credentials) await late.session.send('WebAuthn.addCredential', { authenticatorId: late.authenticatorId, credential });
  await late.page.clock.runFor(250_000);
  await late.page.waitForURL('**/mine');
  expect('in by the field alone', await late.page.textContent('main'), /Ana/);

  // A key that nobody here has: it is said, and the next one is offered.
  const stranger = await person();
  const privateKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
  const credential = {
    credentialId: randomBytes(16).toString('base64'), isResidentCredential: true, rpId: hostname, privateKey,
    userHandle: randomBytes(16).toString('base64'), signCount: 1,
  };
  await stranger.session.send('WebAuthn.addCredential', { authenticatorId: stranger.authenticatorId, credential });
  await stranger.page.goto(`${origin}/signin`);
  await said(stranger).filter({ hasText: /./ }).waitFor();
  expect('what is said of a key that is nobody\'s', await said(stranger).textContent(), /./);
  await stranger.session.send('WebAuthn.clearCredentials', { authenticatorId: stranger.authenticatorId });
  const before = stranger.asked;
  await stranger.page.clock.runFor(6_000);
  expect('asked again after a failure', (await untilAsked(stranger, before + 1)) > before, /^true$/);

  // The button finds no key; the field offers again.
  const nobody = await person();
  await nobody.page.goto(`${origin}/signin`);
  await untilAsked(nobody, 1);
  await nobody.page.locator('form[data-offer] button').click();
  await said(nobody).filter({ hasText: /./ }).waitFor();
  expect('the button, without a key', await said(nobody).textContent(), /No key answered/);
  expect('asked by the button, and once more for the field', await untilAsked(nobody, 3), /^3$/);
} catch (error) {
  wrong.push(error.message);
}
await browser.close();
end();
