// Signs in with a real Chromium and its virtual authenticator, under the policy that the server states: a link, a key, out and in again,
// one more key; then looks at every page.
//
//     node walk.mjs FOLDER-WITH-NODE_MODULES LINK [FOLDER-FOR-PICTURES]
//
// Prints one JSON object: what was tried and what came of it, and whatever is not as it should be. Exit code 1 if anything is.

import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { readFileSync } from 'node:fs';
import { armed, end, expect, wrong } from './shared.mjs';

const [modules, link, pictures] = process.argv.slice(2);
const require = createRequire(join(resolve(modules), 'package.json'));
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const origin = new URL(link).origin;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
});

async function person(change = {}) {
  const context = await browser.newContext({ locale: 'fr-FR' });
  const somebody = await armed(context, change);
  const { page } = somebody;
  page.on('console', (message) => {
    // What is refused says so in its status, too.
    const isOurs = page.url().startsWith(`${origin}/`);
    if (isOurs && message.type() === 'error' && !/status of 40[0-9]/.test(message.text())) wrong.push(`console: ${message.text()}`);
  });
  return somebody;
}

const ana = await person();
const { page } = ana;

// From the link to being in: one press.
await page.goto(link);
await page.locator('#for', { hasText: /./ }).waitFor();
expect('whom the link is for', await page.textContent('#for'), /^Ana$/);
expect('the link stays in no address', page.url(), /\/enrol$/);
await page.getByLabel(/facultatif/).fill('Téléphone');
await page.locator('form[data-kind] button').click();
await page.waitForURL('**/mine');
expect('in after one press', await page.textContent('main'), /Ana[\s\S]*Téléphone/);

// The link again.
const late = await person();
await late.page.goto(link);
await late.page.locator('[role=alert]', { hasText: /./ }).waitFor();
expect('the link once more', await late.page.textContent('[role=alert]'), /./);

// Out, and in again by the key that the browser offers in the field, or by the button.
await page.locator('form[action="/signin/out"] button').click();
await page.waitForURL(/\/(signin|mine)$/);
if (new URL(page.url()).pathname === '/signin') {
  await page.waitForTimeout(500);
  if (new URL(page.url()).pathname === '/signin') await page.locator('form[data-kind] button').click();
}
await page.waitForURL('**/mine');
expect('in again by the key alone', await page.textContent('main'), /Ana/);
const cookies = (await ana.context.cookies()).filter((cookie) => cookie.name.endsWith('session'));
expect('cookies for scripts', cookies.filter((cookie) => !cookie.httpOnly || cookie.sameSite !== 'Strict').length, /^0$/);

// One more key: not on the same device, which says so.
await page.locator('form[data-kind=add] button').first().click();
await page.locator('form[data-kind=add] [role=alert]', { hasText: /./ }).waitFor();
expect('a second key on one device', await page.textContent('form[data-kind=add] [role=alert]'), /déjà une clé/);

// A device without a key.
const stranger = await person();
await stranger.page.goto(`${origin}/signin`);
await stranger.page.locator('form[data-kind] button').click();
await stranger.page.locator('[role=alert]', { hasText: /./ }).waitFor();
expect('a device without a key', await stranger.page.textContent('[role=alert]'), /Aucune clé/);
expect('and it is not in', (await stranger.page.goto(`${origin}/mine`)).url(), /\/signin$/);

// Every page in both languages, wide and narrow, for everybody.
const inside = await (await browser.newContext({ bypassCSP: true, storageState: await ana.context.storageState() })).newPage();
const outside = await (await browser.newContext({ bypassCSP: true })).newPage();
for (const [lang, other] of [['fr', 'fr-FR'], ['en', 'en-GB']]) {
  for (const path of ['/signin', '/enrol', '/mine', '/requests']) {
    const eye = path === '/signin' ? outside : inside;
    await eye.setExtraHTTPHeaders({ 'accept-language': other });
    for (const width of [1200, 360]) {
      await eye.setViewportSize({ width, height: 800 });
      await eye.goto(origin + path);
      const shown = await eye.evaluate(() => document.documentElement.lang);
      if (shown !== lang) wrong.push(`${path} is in ${shown}, not in ${lang}`);
      await eye.evaluate(axe);
      const results = await eye.evaluate(() => window.axe.run());
      for (const violation of results.violations) {
        wrong.push(`${lang} ${width} ${path}: ${violation.id}: ${violation.nodes[0].html.slice(0, 160)}`);
      }
      const over = await eye.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (over > 0) wrong.push(`${lang} ${width} ${path} is ${over} px wider than the window`);
      if (pictures) await eye.screenshot({ path: join(pictures, `${lang}-${width}-signin${path.replaceAll('/', '_')}.png`), fullPage: true });
    }
  }
}

await browser.close();
end();
