// What every visit of the portal shares: a real Chromium that came in by the link, axe-core on a page, and what must be so of
// every page. Used by visit.mjs and rooms.mjs.

import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { readFileSync } from 'node:fs';

export async function begin(modules, link, pictures) {
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
      // The pages that are not there, the closed door, and a form that is wrong say so in their status, too.
      const isStatus = /status of 4(01|04|22)/.test(message.text());
      if (message.type() === 'error' && !isStatus) wrong.push(`console: ${message.text()}`);
    });
  }

  // The one-time link lets one browser in; its cookies go with the others.
  const context = await browser.newContext({ bypassCSP: true, locale: 'fr-FR' });
  const page = await context.newPage();
  watch(page);
  await page.goto(link);
  if (new URL(page.url()).pathname !== '/') wrong.push(`the link leads to ${page.url()}`);

  // Looks at the page that is open: its language, axe, its width.
  async function look(lang, width, path) {
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

  // Every page in both languages, wide and narrow.
  async function everywhere(paths) {
    for (const lang of ['fr', 'en']) {
      await page.goto(`${origin}/language?to=${lang}&back=/`);
      for (const path of paths) {
        for (const width of [1200, 360]) {
          await page.setViewportSize({ width, height: 800 });
          await page.goto(origin + path);
          await look(lang, width, path);
        }
      }
    }
  }

  // Another window of the same visitor, without scripts and with the policy that the server states.
  async function bare() {
    const plain = await browser.newContext({ javaScriptEnabled: false, storageState: await context.storageState() });
    const opened = await plain.newPage();
    watch(opened);
    return opened;
  }

  async function end() {
    await browser.close();
    console.log(JSON.stringify({ visited: visited.length, wrong }, null, 2));
    process.exit(wrong.length > 0 ? 1 : 0);
  }

  return { origin, page, wrong, look, everywhere, bare, end };
}
