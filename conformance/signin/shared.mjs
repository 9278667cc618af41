// What the scripts of this folder share: an account of what was tried, and a page with a key that asks nobody.

// What was tried and what came of it; `wrong` has whatever is not as it should be.
const tried = [];
export const wrong = [];

/** Enters what was found, which is wrong if it is not what was wanted. */
export function expect(name, found, wanted) {
  tried.push(`${name}: ${String(found).replaceAll(/\s+/g, ' ').slice(0, 120)}`);
  if (!wanted.test(String(found))) wrong.push(`${name}: ${found}`);
}

/** Prints the account, and ends: with 1 if anything is wrong. */
export function end() {
  console.log(JSON.stringify({ tried, wrong }, null, 1));
  process.exit(wrong.length === 0 ? 0 : 1);
}

/** A page of this context, or its first one, with a virtual authenticator (WebAuthn domain of DevTools). */
export async function armed(context, change = {}) {
  const page = context.pages()[0] ?? (await context.newPage());
  const session = await context.newCDPSession(page);
  await session.send('WebAuthn.enable', { enableUI: false });
  const options = {
    protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
    automaticPresenceSimulation: true, ...change,
  };
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', { options });
  return { context, page, session, authenticatorId };
}
