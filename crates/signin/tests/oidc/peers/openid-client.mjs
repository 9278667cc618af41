// A tool by openid-client: discovery, a request that is pushed, PKCE, a proof of possession, userinfo, a refresh, a revocation.
//
//     node openid-client.mjs FOLDER-WITH-NODE_MODULES ISSUER CLIENT SECRET REDIRECT
//
// Prints where its user has to go, reads where the user came back, and prints what it learned as one line of JSON.

import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createInterface } from 'node:readline';

const [modules, issuer, id, secret, redirect] = process.argv.slice(2);
const file = join(resolve(modules), 'node_modules/openid-client/build/index.js');
const client = await import(pathToFileURL(file));

const config = await client.discovery(new URL(issuer), id, { id_token_signed_response_alg: 'ES256' }, client.ClientSecretBasic(secret), {
  execute: [client.allowInsecureRequests],
});
const verifier = client.randomPKCECodeVerifier();
const [state, nonce] = [client.randomState(), client.randomNonce()];
const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'));
const asked = {
  redirect_uri: redirect,
  scope: 'openid profile groups',
  code_challenge: await client.calculatePKCECodeChallenge(verifier),
  code_challenge_method: 'S256',
  max_age: '600',
  state,
  nonce,
};
const address = await client.buildAuthorizationUrlWithPAR(config, asked, { DPoP });
console.log(address.href);

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const back = new URL((await lines.next()).value);
const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, maxAge: 600, idTokenExpected: true };
const tokens = await client.authorizationCodeGrant(config, back, checks, undefined, { DPoP });
const claims = tokens.claims();
const info = await client.fetchUserInfo(config, tokens.access_token, claims.sub, { DPoP });
const next = await client.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP });
await client.tokenRevocation(config, next.refresh_token);
const over = await client.refreshTokenGrant(config, next.refresh_token, undefined, { DPoP }).catch((error) => error);
console.log(JSON.stringify({ claims, type: tokens.token_type, info, refreshed: next.claims().sub, revoked: over.error }));
