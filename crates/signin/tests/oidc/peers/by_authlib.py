"""A tool by Authlib: discovery, PKCE, an ID token checked with the published keys, userinfo, a refresh.

    python3 by_authlib.py ISSUER CLIENT SECRET REDIRECT

Prints where its user has to go, reads where the user came back, and prints what it learned as one line of JSON.
"""

import json
import os
import sys

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

import requests
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import KeySet

issuer, client, secret, redirect = sys.argv[1:]
metadata = requests.get(f"{issuer}/.well-known/openid-configuration", timeout=10).json()
assert metadata["issuer"] == issuer
session = OAuth2Session(
    client,
    secret,
    scope="openid profile",
    redirect_uri=redirect,
    code_challenge_method="S256",
    token_endpoint=metadata["token_endpoint"],
)
verifier, nonce = generate_token(48), generate_token(24)
address, state = session.create_authorization_url(metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce)
print(address, flush=True)

back = sys.stdin.readline().strip()
token = session.fetch_token(metadata["token_endpoint"], authorization_response=back, state=state, code_verifier=verifier)
keys = KeySet.import_key_set(requests.get(metadata["jwks_uri"], timeout=10).json())
decoded = jwt.decode(token["id_token"], keys, algorithms=["RS256"])
options = {"iss": {"essential": True, "value": issuer}, "aud": {"essential": True, "value": client}}
checks = {"nonce": nonce, "client_id": client, "access_token": token["access_token"]}
CodeIDToken(decoded.claims, decoded.header, options, checks).validate()
info = session.get(metadata["userinfo_endpoint"]).json()
refreshed = session.refresh_token(metadata["token_endpoint"], token["refresh_token"])
told = {
    "claims": decoded.claims,
    "alg": decoded.header["alg"],
    "info": info,
    "refreshed": refreshed["access_token"] != token["access_token"],
}
print(json.dumps(told))
