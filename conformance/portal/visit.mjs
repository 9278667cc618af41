// Visits every page of the portal in a real Chromium: axe-core on each, in both languages, wide and narrow; reading without
// scripts; the keyboard alone; and nothing fetched from anywhere else.
//
//     node visit.mjs FOLDER-WITH-NODE_MODULES LINK [FOLDER-FOR-PICTURES]
//
// Prints one JSON object: the pages, the violations, and whatever else is not as it should be. Exit code 1 if anything is.

import { begin } from './look.mjs';

const [modules, link, pictures] = process.argv.slice(2);
const { origin, page, wrong, everywhere, bare: bareWindow, end } = await begin(modules, link, pictures);

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

// Rooms that have nothing to show here, because this guard judges no names; rooms.mjs visits them full.
const empty = ['/names', '/policy', '/lists'];
await everywhere([...rooms, ...details, ...empty, '/nowhere', '/closed']);

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
const bare = await bareWindow();
for (const path of [...rooms, ...details]) {
  await bare.goto(origin + path);
  const heading = await bare.textContent('h1');
  if (!heading?.trim()) wrong.push(`${path} says nothing without scripts`);
  if ((await bare.content()).includes('<script')) wrong.push(`${path} has a script`);
}
// A form without scripts, from the keyboard: one message is deleted.
const before = await bare.goto(`${origin}/quarantine`).then(() => bare.locator('tbody').first().textContent());
await bare.goto(origin + details.find((path) => path.startsWith('/quarantine/')));
await bare.locator('button.danger').focus();
await bare.keyboard.press('Enter');
await bare.waitForURL(`${origin}/quarantine`);
if ((await bare.locator('tbody').first().textContent()) === before) wrong.push('deleting changed nothing');

await end();
