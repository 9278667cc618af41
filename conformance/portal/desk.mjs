// Visits the desk's pages in a real Chromium: every page in both languages, wide and narrow, with axe-core; and, without scripts,
// from a document to a published release, with a signature that minisign makes beside it.
//
//     node desk.mjs FOLDER-WITH-NODE_MODULES LINK FOLDER-WITH-KEYS [FOLDER-FOR-PICTURES]
//
// The folder has marc.key, the key of somebody who may approve. Prints one JSON object as visit.mjs does. Exit code 1 if anything is wrong.

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { begin } from './look.mjs';

const [modules, link, keys, pictures] = process.argv.slice(2);
const { origin, page, wrong, look, everywhere, bare: bareWindow, end } = await begin(modules, link, pictures);

await page.goto(`${origin}/audience`);
const party = await page.locator('a[href^="/audience/parties/"]').first().getAttribute('href');
await page.goto(`${origin}/objects`);
const object = await page.locator('tbody a[href^="/objects/"]').first().getAttribute('href');
const rooms = ['/', '/import', '/objects', '/audience', '/drafts', '/audit', party, object];
await everywhere(rooms);

// Without scripts, by one person's session, from a document to the front.
const bare = await bareWindow();
for (const path of rooms) {
  await bare.goto(origin + path);
  if (!(await bare.textContent('h1'))?.trim()) wrong.push(`${path} says nothing without scripts`);
  if ((await bare.content()).includes('<script')) wrong.push(`${path} has a script`);
}
await bare.setViewportSize({ width: 390, height: 800 });
const list = join(keys, 'liste.txt');
writeFileSync(list, 'nouveau.example\ngoogle.com\n');
await bare.goto(`${origin}/import`);
await bare.getByLabel(/Whom it is from|De qui/).fill('Un partenaire');
await bare.getByLabel(/^Documents/).setInputFiles(list);
await bare.locator('main form button').click();
await bare.locator('a.do').waitFor();
if (!(await bare.textContent('main')).includes('google')) wrong.push('what is refused is not said');
await bare.locator('a.do').click();
// A wrong form first: nothing is ticked.
await bare.locator('button[formaction="/objects/review"]').click();
await bare.locator('#wrong-object').waitFor();
const row = bare.locator('tbody tr', { hasText: 'nouveau.example' });
await row.getByRole('checkbox').check();
await bare.selectOption('#marking', 'TLP:GREEN');
await bare.check('#tier-open');
await bare.locator('button[formaction="/objects/review"]').click();
await bare.getByRole('status').waitFor();
await bare.goto(`${origin}/objects?state=reviewed`);
await bare.locator('tbody input[type=checkbox]').first().check();
await bare.locator('input[name=stream]').first().check();
await bare.locator('button[formaction="/objects/grant"]').click();
await bare.getByRole('status').waitFor();
await bare.goto(origin + party);
if (!(await bare.textContent('main')).includes('nouveau.example')) wrong.push('the preview does not say what was granted');
await bare.goto(`${origin}/drafts`);
await bare.locator('#stream').selectOption({ label: 'Tous' });
await bare.locator('main form button').click();
await bare.waitForURL(/\/drafts\/[0-9a-f-]{36}$/);
const draft = new URL(bare.url()).pathname;
await everywhere([draft]);

// A signature that is none, then Marc's.
await bare.locator('#signature').fill('rien');
await bare.locator('form[action$="/approve"] button').click();
await bare.locator('#wrong-signature').waitFor();
const [download] = await Promise.all([bare.waitForEvent('download'), bare.locator('a[href$="/manifest.json"]').click()]);
const manifest = join(keys, 'downloaded.json');
await download.saveAs(manifest);
const signature = join(keys, 'approval.minisig');
execFileSync('minisign', ['-S', '-s', join(keys, 'marc.key'), '-m', manifest, '-x', signature]);
await bare.locator('#file').setInputFiles(signature);
await bare.locator('form[action$="/approve"] button').click();
await bare.locator('form[action$="/publish"] button').waitFor();
await everywhere([draft]);
await bare.locator('form[action$="/publish"] button').focus();
await bare.keyboard.press('Enter');
await bare.getByRole('status').waitFor();
if (!/1\./.test(await bare.getByRole('status').textContent())) wrong.push('it is not number 1');

// What the pages look like with all of it, and a form that is wrong.
await everywhere(['/drafts', '/audit', '/objects?state=granted', '/objects?state=reviewed']);
await page.goto(`${origin}/objects?state=imported`);
await page.locator('tbody input[type=checkbox]').first().check();
await page.locator('button[formaction="/objects/review"]').click();
await page.locator('[role=alert]').waitFor();
await look('en', 360, '/objects-wrong');

await end();
