// A provider that is there already (panva's oidc-provider, on another site than ours), and somebody who comes in by their account there with a real
// Chromium: with an invitation's link, again by the account alone, and by one that is nobody's; then looks at the pages on the way.
//
//     node elsewhere.mjs FOLDER-WITH-NODE_MODULES LINK PORT SECRET [FOLDER-FOR-PICTURES]
//
// Prints one JSON object: what was tried and what came of it, and whatever is not as it should be. Exit code 1 if anything is.

import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { end, expect, wrong } from './shared.mjs';

const [modules, link, port, secret, pictures] = process.argv.slice(2);
const require = createRequire(join(resolve(modules), 'package.json'));
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const { Provider } = await import(pathToFileURL(require.resolve('oidc-provider')));
const origin = new URL(link).origin;

const issuer = `http://127.0.0.1:${port}`;
const provider = new Provider(issuer, {
  clients: [{ client_id: 'vauban', client_secret: secret, redirect_uris: [`${origin}/signin/elsewhere`] }],
  findAccount: (_, id) => ({ accountId: id, claims: async () => ({ sub: id, preferred_username: `${id}@mairie.example` }) }),
  claims: { profile: ['preferred_username'], email: ['email'] },
  conformIdTokenClaims: false,
  cookies: { keys: ['of this test'] },
});
const server = provider.listen(Number(port), '127.0.0.1');

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
async function somebody() {
  const context = await browser.newContext({ locale: 'fr-FR' });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  return { context, page };
}

/** Looks at a page: everybody can use it, and it shows what it should. */
async function look(page, name, wanted) {
  await page.addScriptTag({ content: axe }).catch(() => {});
  if (!(await page.evaluate(() => 'axe' in window))) {
    // Our own policy lets no script in but ours: it is run beside it.
    await page.evaluate(axe);
  }
  const { violations } = await page.evaluate(() => window.axe.run());
  expect(`${name}: violations`, violations.map(({ id }) => id).join(' '), /^$/);
  expect(name, await page.textContent('main'), wanted);
  if (pictures) await page.screenshot({ path: join(pictures, `${name.replaceAll(' ', '-')}.png`), fullPage: true });
}

/** Signs in at the provider, on its own pages. */
async function sign(page, login) {
  await page.waitForURL(`${issuer}/interaction/**`);
  await page.locator('input[name=login]').fill(login);
  await page.locator('input[name=password]').fill('anything');
  await page.locator('button[type=submit]').click();
  await page.locator('input[name=prompt][value=consent]').waitFor({ state: 'attached' });
  await page.locator('button[type=submit]').click();
}

try {
  const cleo = await somebody();
  await cleo.page.goto(link);
  await cleo.page.locator('#elsewhere').waitFor();
  await look(cleo.page, 'a link', /Cleo[\s\S]*Entrer par mon compte Mairie/);
  await cleo.page.locator('#elsewhere button').click();
  await sign(cleo.page, 'cleo');
  await cleo.page.waitForURL('**/mine');
  await look(cleo.page, 'in by a link and an account', /Cleo[\s\S]*Comptes d'un autre fournisseur \(1\)[\s\S]*cleo@mairie\.example/);

  await cleo.page.locator('form.leave button').click();
  await cleo.page.waitForURL('**/signin');
  await look(cleo.page, 'signing in', /Entrer par mon compte Mairie[\s\S]*page qui imite/);
  await cleo.page.goto(`${origin}/requests`);
  await cleo.page.locator('form.away button').click();
  await cleo.page.waitForURL('**/requests');
  expect('in again, where they were going', cleo.page.url(), /\/requests$/);
  const kept = await cleo.context.cookies(origin);
  expect('the session', kept.map(({ name, sameSite, httpOnly }) => `${name} ${sameSite} ${httpOnly}`).join(), /vauban-session Strict true/);

  const stranger = await somebody();
  await stranger.page.goto(`${origin}/signin`);
  await stranger.page.locator('form.away button').click();
  await sign(stranger.page, 'nobody');
  await stranger.page.waitForURL('**/signin/elsewhere/done?**');
  await look(stranger.page, 'an account that is nobody’s', /n'est lié à personne ici/);
  expect('no session', (await stranger.context.cookies(origin)).map(({ name }) => name).join(), /^(?!.*session)/);

  const other = await somebody();
  await other.page.goto(`${origin}/signin`);
  await other.page.locator('form.away button').click();
  await other.page.waitForURL(`${issuer}/interaction/**`);
  await other.page.locator('a[href$="/abort"]').click();
  await other.page.waitForURL('**/signin/elsewhere/done?**');
  await look(other.page, 'somebody who cancels', /n'a laissé entrer personne/);
} catch (error) {
  wrong.push(error.stack);
}
await browser.close();
server.closeAllConnections();
server.close();
end();
