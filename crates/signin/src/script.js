// The only script of these pages: it carries what keys say between the browser and the server, and tells a person what happened.
// Without it nobody signs in, because browsers ask keys for scripts alone (Web Authentication Level 3, section 5.1).
"use strict";

const french = document.documentElement.lang === "fr";
const words = (fr, en) => (french ? fr : en);

/** Speaks with the server; what it refuses is thrown as the sentence that it says. */
async function post(path, body) {
  let answer;
  try {
    answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      credentials: "same-origin",
      body: JSON.stringify(body),
    });
  } catch {
    throw new Error(words("Le serveur ne répond pas. Vérifiez votre connexion.", "The server does not answer. Check your connection."));
  }
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    throw new Error((french ? told.fr : told.en) ?? words("Cela n'a pas marché.", "That did not work."));
  }
  return told;
}

/** What a browser says when a key was not used, as a person understands it. */
function reason(error) {
  switch (error.name) {
    case "NotAllowedError":
      return words(
        "Aucune clé n'a répondu : vous avez annulé, ou cet appareil n'a pas de clé pour ce site.",
        "No key answered: you cancelled, or this device has no key for this site.",
      );
    case "InvalidStateError":
      return words("Cet appareil a déjà une clé ici. Prenez-en un autre.", "This device has a key here already. Take another one.");
    case "SecurityError":
      return words(
        "Cette adresse n'est pas celle de votre organisation. Fermez cette page.",
        "This address is not your organisation's. Close this page.",
      );
    default:
      return error.message;
  }
}

/** Asks the browser for a key's word on a question of the server. */
async function key(kind, options, more) {
  if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) {
    throw new Error(words("Ce navigateur est trop ancien. Mettez-le à jour.", "This browser is too old. Bring it up to date."));
  }
  const credential =
    kind === "create"
      ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options), ...more });
  return credential.toJSON();
}

const offering = document.querySelector("form[data-offer]");
let waiting = null;
let link = "";
// Tabs of one browser have one session: whoever signs in in one of them goes on in all that wait, each to where it was going. A second touch
// would end the first session, and with it what the other tab has.
const signedIn = window.BroadcastChannel && new BroadcastChannel("signed-in");

/** Puts what our own server wrote in the place of the page. */
function show(content) {
  const main = document.querySelector("main");
  main.innerHTML = content;
  main.focus();
}

/** A whole ceremony of a form: asked, signed, answered; where a key is added, by one that is there and then by the new one. A button may
    hint at where the browser shall look for a key first. */
async function ceremony(form, more = {}, hints = "") {
  const { kind, ask, answer, back } = form.dataset;
  const label = form.elements.namedItem("label")?.value ?? "";
  const step = async (kind, { challenge, options }) => {
    if (hints && kind !== "add" && !options.hints?.length) options.hints = hints.split(" ");
    const response = await key(kind === "create" ? "create" : "get", options, more);
    return post(answer, { challenge, response, link, label });
  };
  let told = await step(kind, await post(ask, { link }));
  if (told.next) told = await step("create", told.next);
  if (form === offering) signedIn?.postMessage("");
  // What is shown once has no address, and nothing here keeps it.
  if (told.shown) return show(told.shown);
  location.assign(back ?? told.to);
}

for (const form of document.querySelectorAll("form[data-kind]")) {
  const said = form.querySelector("[role=alert]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = event.submitter ?? form.querySelector("button");
    waiting?.abort();
    waiting = null;
    said.textContent = "";
    button.disabled = true;
    try {
      await ceremony(form, {}, button.dataset.hints);
    } catch (error) {
      said.textContent = reason(error);
      button.disabled = false;
      button.focus();
      if (offering) offer(offering);
    }
  });
}

/** To the provider that the organisation keeps: the server says where, for this browser alone. */
for (const form of document.querySelectorAll("form[data-away]")) {
  const said = form.querySelector("[role=alert]");
  const button = form.querySelector("button");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    waiting?.abort();
    waiting = null;
    said.textContent = "";
    button.disabled = true;
    try {
      const { to } = await post(form.dataset.away, { link, back: form.dataset.back ?? "", prompt: form.dataset.prompt ?? "" });
      location.assign(to);
    } catch (error) {
      said.textContent = error.message;
      button.disabled = false;
      if (offering) offer(offering);
    }
  });
}

// What a key is asked is good for five minutes, so that the browser's own list has to ask something younger.
const YOUNG = 240_000;
// After a failure, and twice as long after each: one that comes at once must not come all the time.
let pause = 5_000;
let asked = 0;

/** A key that the browser offers in the field, before anybody presses a button: asked anew before it is too old, and after whatever failed. */
async function offer(form) {
  waiting?.abort();
  const own = (waiting = new AbortController());
  asked = Date.now();
  try {
    if (!(await window.PublicKeyCredential?.isConditionalMediationAvailable?.())) return;
    await ceremony(form, { mediation: "conditional", signal: own.signal });
  } catch (error) {
    // Another question took its place, or somebody pressed a button.
    if (waiting !== own) return;
    // Whoever closes the list knows why.
    const isClosed = error.name === "AbortError" || error.name === "NotAllowedError";
    if (!isClosed) form.querySelector("[role=alert]").textContent = reason(error);
    setTimeout(() => waiting === own && offer(form), pause);
    pause = Math.min(2 * pause, YOUNG);
  }
}

/** Keeps the offer young while somebody looks. Timers of a page stand still while its computer sleeps, so that one of four minutes would not do. */
function renew(form) {
  const look = () => waiting && !document.hidden && Date.now() - asked >= YOUNG && offer(form);
  document.addEventListener("visibilitychange", look);
  setInterval(look, 5_000);
}

/** The link stands behind the #, which browsers send to nobody. It is taken out of the address, so that it stays in no history. */
async function invited(form) {
  link = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
  const said = form.querySelector("[role=alert]");
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const { name, recovery, elsewhere } = await post("/enrol/who", { link });
    document.querySelector("#elsewhere")?.toggleAttribute("hidden", !elsewhere);
    document.querySelector("#for").textContent = name;
    document.querySelector("#recovery").hidden = !recovery;
    button.disabled = false;
  } catch (error) {
    // Whoever loads the page again has no link any more.
    said.textContent = link ? error.message : words("Ouvrez le lien encore une fois, en entier.", "Open the link once more, the whole of it.");
  }
}

if (offering) {
  const field = offering.querySelector("input");
  field.addEventListener("input", () => (field.value = ""));
  offer(offering);
  renew(offering);
  signedIn?.addEventListener("message", () => location.assign(offering.dataset.back ?? location.pathname));
}
const enrolment = document.querySelector("form[data-link]");
if (enrolment) invited(enrolment);
// Whoever came in by a page without a form of ours.
if (document.querySelector("[data-signed-in]")) signedIn?.postMessage("");
