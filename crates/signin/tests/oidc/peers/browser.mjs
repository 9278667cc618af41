// A tool on another site (127.0.0.1 is not localhost), and somebody who goes there and back with a real Chromium and its virtual
// authenticator: signed in or not, by a link and by a form, and out again.
//
//     node browser.mjs FOLDER-WITH-NODE_MODULES LINK
//
// Prints one JSON object: what was tried and what came of it, and whatever is not as it should be. Exit code 1 if anything is.

import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const [modules, link] = process.argv.slice(2);
const { chromium } = createRequire(join(resolve(modules), 'package.json'))('playwright-core');
const { origin } = new URL(link);
const [tried, wrong] = [[], []];
function expect(name, found, wanted) {
  tried.push(`${name}: ${found}`);
  if (!wanted.test(String(found))) wrong.push(`${name}: ${found}`);
}

const server = createServer((_, answer) => answer.setHeader('content-type', 'text/html').end(pages()));
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const site = `http://127.0.0.1:${server.address().port}`;
function pages() {
  const asked = {
    client_id: 'site', redirect_uri: `${site}/cb`, response_type: 'code', scope: 'openid', state: 'kept',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256',
  };
  const out = { client_id: 'site', post_logout_redirect_uri: `${site}/out`, state: 'gone' };
  const fields = Object.entries(asked).map(([name, value]) => `<input type="hidden" name="${name}" value="${value}">`).join('');
  return `<a id="in" href="${origin}/oidc/authorize?${new URLSearchParams(asked)}">in</a>
    <a id="other" href="${origin}/oidc/authorize?${new URLSearchParams({ ...asked, state: 'other' })}">other</a>
    <a id="silent" href="${origin}/oidc/authorize?${new URLSearchParams({ ...asked, prompt: 'none' })}">silent</a>
    <a id="out" href="${origin}/oidc/logout?${new URLSearchParams(out)}">out</a>
    <form method="post" action="${origin}/oidc/authorize">${fields}<button>form</button></form>`;
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
const context = await browser.newContext({ locale: 'en-GB' });
const page = await context.newPage();
page.setDefaultTimeout(15_000);
const session = await context.newCDPSession(page);
await session.send('WebAuthn.enable', { enableUI: false });
const options = {
  protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
  automaticPresenceSimulation: true,
};
await session.send('WebAuthn.addVirtualAuthenticator', { options });

try {
  await page.goto(link);
  await page.locator('#for', { hasText: /./ }).waitFor();
  await page.locator('form[data-kind] button').click();
  await page.waitForURL('**/mine');

  const back = async (name, press, wanted) => {
    await page.goto(site);
    await page.locator(press).click();
    await page.waitForURL(`${site}/cb?**`);
    expect(name, page.url(), wanted);
  };
  await back('signed in, by a link', '#in', /\/cb\?code=[\w-]{43}&state=kept&iss=/);
  await back('signed in, by a form', 'form button', /\/cb\?code=[\w-]{43}&state=kept&iss=/);
  await back('signed in, without asking', '#silent', /\/cb\?code=[\w-]{43}&state=kept&iss=/);

  await page.goto(site);
  await page.locator('#out').click();
  await page.locator('form[action="/oidc/logout/confirm"] button').click();
  await page.waitForURL(`${site}/out?**`);
  expect('out, and back', page.url(), /\/out\?state=gone$/);
  await back('signed out, without asking', '#silent', /error=login_required/);

  await page.goto(site);
  await page.locator('#in').click();
  await page.waitForURL(/\/(signin|cb)\?.*$/);
  // The browser offers the key by itself; where it does not, there is the button.
  await page.waitForTimeout(500);
  if (new URL(page.url()).pathname === '/signin') await page.locator('form[data-kind] button').click();
  await page.waitForURL(`${site}/cb?**`);
  expect('through signing in', page.url(), /\/cb\?code=[\w-]{43}&state=kept&iss=/);

  // Two tabs that wait, each for its own: the second has no key, and needs none.
  await context.clearCookies();
  const tab = await context.newPage();
  await tab.goto(site);
  await tab.locator('#other').click();
  await tab.waitForURL(`${origin}/signin?**`);
  await page.goto(site);
  await page.locator('#in').click();
  await page.waitForURL(/\/(signin|cb)\?.*$/);
  await page.waitForTimeout(500);
  if (new URL(page.url()).pathname === '/signin') await page.locator('form[data-kind] button').click();
  await page.waitForURL(`${site}/cb?**`);
  await tab.waitForURL(`${site}/cb?**`);
  expect('the tab that was signed in in', page.url(), /\/cb\?code=[\w-]{43}&state=kept&iss=/);
  expect('the tab that waited', tab.url(), /\/cb\?code=[\w-]{43}&state=other&iss=/);
} catch (error) {
  wrong.push(`${page.url()}: ${error.message}\n${await page.content()}`);
}
await browser.close();
server.close();
console.log(JSON.stringify({ tried, wrong }, null, 1));
process.exit(wrong.length ? 1 : 0);
