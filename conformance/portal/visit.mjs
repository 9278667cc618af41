// Visits every page of the portal in a real Chromium: axe-core on each, in both languages, wide and narrow; reading without
// scripts; the keyboard alone; and nothing fetched from anywhere else.
//
//     node visit.mjs FOLDER-WITH-NODE_MODULES LINK [FOLDER-FOR-PICTURES]
//
// Prints one JSON object: the pages, the violations, and whatever else is not as it should be. Exit code 1 if anything is.

import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { readFileSync } from 'node:fs';

const [modules, link, pictures] = process.argv.slice(2);
const require = createRequire(join(resolve(modules), 'package.json'));
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const origin = new URL(link).origin;

const wrong = [];
const visited = [];
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
});

function watch(page) {
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol !== 'data:' && url.origin !== origin) wrong.push(`asked for ${request.url()}`);
  });
  page.on('console', (message) => {
    // The pages that are not there, and the closed door, say so in their status, too.
    const isStatus = /status of 40[14]/.test(message.text());
    if (message.type() === 'error' && !isStatus) wrong.push(`console: ${message.text()}`);
  });
}

// The one-time link lets one browser in; its cookies go with the others.
const context = await browser.newContext({ bypassCSP: true, locale: 'fr-FR' });
const page = await context.newPage();
watch(page);
await page.goto(link);
if (new URL(page.url()).pathname !== '/') wrong.push(`the link leads to ${page.url()}`);

const rooms = ['/', '/sightings', '/quarantine', '/reports', '/mail'];
async function inside(path) {
  await page.goto(origin + path);
  const hrefs = await page.$$eval('main a[href]', (links) => links.map((link) => link.getAttribute('href')));
  return hrefs.filter((href) => new RegExp(`^${path}/[^/]+$`).test(href))[0];
}
const details = [];
for (const room of rooms.slice(1)) {
  const first = await inside(room);
  if (first) details.push(first);
  else wrong.push(`${room} leads to no page of its own`);
}

for (const lang of ['fr', 'en']) {
  await page.goto(`${origin}/language?to=${lang}&back=/`);
  for (const path of [...rooms, ...details, '/nowhere', '/closed']) {
    for (const width of [1200, 360]) {
      await page.setViewportSize({ width, height: 800 });
      await page.goto(origin + path);
      const shown = await page.evaluate(() => document.documentElement.lang);
      if (shown !== lang) wrong.push(`${path} is in ${shown}, not in ${lang}`);
      await page.evaluate(axe);
      const results = await page.evaluate(() => window.axe.run());
      for (const violation of results.violations) {
        wrong.push(`${lang} ${width} ${path}: ${violation.id}: ${violation.nodes[0].html.slice(0, 160)}`);
      }
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (overflow > 0) wrong.push(`${lang} ${width} ${path} is ${overflow} px wider than the window`);
      visited.push(`${lang} ${width} ${path}`);
      if (pictures) {
        const name = `${lang}-${width}-${path.replaceAll('/', '_')}.png`;
        await page.screenshot({ path: join(pictures, name), fullPage: true });
      }
    }
  }
}

// The keyboard alone: the first stop leads past the menu, and every stop shows itself.
await page.setViewportSize({ width: 1200, height: 800 });
await page.goto(`${origin}/quarantine`);
await page.keyboard.press('Tab');
const first = await page.evaluate(() => document.activeElement.getAttribute('href'));
if (first !== '#content') wrong.push(`the first stop of the keyboard is ${first}`);
await page.keyboard.press('Enter');
await page.keyboard.press('Tab');
const next = await page.evaluate(() => document.activeElement.closest('main') !== null);
if (!next) wrong.push('past the menu the keyboard is not in the content');
const unseen = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle === 'none');
if (unseen) wrong.push('where the keyboard is cannot be seen');

// Without scripts, with the policy that the server states.
const state = await context.storageState();
const plain = await browser.newContext({ javaScriptEnabled: false, storageState: state });
const bare = await plain.newPage();
watch(bare);
for (const path of [...rooms, ...details]) {
  await bare.goto(origin + path);
  const heading = await bare.textContent('h1');
  if (!heading?.trim()) wrong.push(`${path} says nothing without scripts`);
  if ((await bare.content()).includes('<script')) wrong.push(`${path} has a script`);
}
// A form without scripts, from the keyboard: one message is deleted.
const before = await bare.goto(`${origin}/quarantine`).then(() => bare.locator('tbody tr').first().textContent());
await bare.goto(origin + details.find((path) => path.startsWith('/quarantine/')));
await bare.locator('button.danger').focus();
await bare.keyboard.press('Enter');
await bare.waitForURL(`${origin}/quarantine`);
if ((await bare.locator('tbody tr').first().textContent()) === before) wrong.push('deleting changed nothing');

await browser.close();
console.log(JSON.stringify({ visited: visited.length, wrong }, null, 2));
process.exit(wrong.length > 0 ? 1 : 0);
