// Visits the rooms of the policy in a real Chromium: every page in both languages, wide and narrow, with axe-core; the page
// that follows live while it does; and, without scripts, from a blocked name to an exception and to its end.
//
//     node rooms.mjs FOLDER-WITH-NODE_MODULES LINK [FOLDER-FOR-PICTURES]
//
// Prints one JSON object as visit.mjs does. Exit code 1 if anything is wrong.

import { begin } from './look.mjs';

const [modules, link, pictures] = process.argv.slice(2);
const { origin, page, wrong, look, everywhere, bare: bareWindow, end } = await begin(modules, link, pictures);

// The page of a blocked name, by the name.
async function of(name) {
  await page.goto(`${origin}/names?verdict=block&name=${name}`);
  const href = await page.locator('tbody tr td a').first().getAttribute('href');
  if (!/^\/names\/\d+$/.test(href ?? '')) wrong.push(`${name} has no page`);
  return href;
}
const [never, listed, known] = [await of('web.whatsapp.com'), await of('ads.example'), await of('known-bad.example')];
await everywhere(['/', '/policy', '/names', '/lists', never, listed, known]);

// While it follows, the page has not ended: it is looked at as it stands.
for (const lang of ['fr', 'en']) {
  await page.goto(`${origin}/language?to=${lang}&back=/`);
  for (const width of [1200, 360]) {
    await page.setViewportSize({ width, height: 800 });
    await page.goto(`${origin}/names/live?verdict=block`, { waitUntil: 'commit' });
    await page.locator('tbody tr').first().waitFor();
    await look(lang, width, '/names/live');
    if (await page.locator('meta[http-equiv=refresh]').count()) wrong.push('the live page loads itself again');
  }
}
// It stops by a link, and by the keyboard.
await page.locator('main a.do').first().focus();
await page.keyboard.press('Enter');
await page.waitForURL(/\/names\?/);

// Without scripts: from the row one click leads to the form, and one submit makes the exception.
const bare = await bareWindow();
for (const path of ['/policy', '/names', '/lists', never, known]) {
  await bare.goto(origin + path);
  if (!(await bare.textContent('h1'))?.trim()) wrong.push(`${path} says nothing without scripts`);
  if ((await bare.content()).includes('<script')) wrong.push(`${path} has a script`);
}
await bare.goto(origin + known);
if (await bare.locator('form[action^="/names/"]').count()) wrong.push('what is known to be bad can be allowed');
await bare.goto(`${origin}/names?verdict=block&name=web.whatsapp.com`);
await bare.locator('tbody a.do').first().click();
await bare.fill('#reason', 'Volunteers of the press.');
await bare.locator('main form button[type=submit]').click();
await bare.getByText('Volunteers of the press.').waitFor();
// What it looks like while it holds, and with a form that is wrong.
await everywhere(['/policy', '/names', never]);
await page.goto(origin + listed);
await page.locator('main form').evaluate((form) => { form.noValidate = true; });
await page.locator('main form button[type=submit]').click();
await page.locator('[role=alert]').waitFor();
await look('en', 360, `${listed}-wrong`);
await bare.goto(`${origin}/policy`);
await bare.locator('form[action$="/end"] button').first().focus();
await bare.keyboard.press('Enter');
await bare.waitForURL(/#exceptions$/);
if (await bare.locator('form[action$="/end"]').count()) wrong.push('the exception did not end');

await end();
