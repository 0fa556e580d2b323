// Adds or uses a passkey. Its forms stay hidden without JavaScript and where the browser has no passkeys.

/** @param {string} text base64url @returns {Uint8Array} */
function toBytes(text) {
  const base64 = text.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

/** @param {ArrayBuffer} buffer @returns {string} base64url */
function toText(buffer) {
  const letters = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The options of the server with bytes in the place of base64url. */
function readOptions(options) {
  const read = { ...options, challenge: toBytes(options.challenge) };
  if (options.user) {
    read.user = { ...options.user, id: toBytes(options.user.id) };
  }
  for (const list of ["allowCredentials", "excludeCredentials"]) {
    if (options[list]) {
      read[list] = options[list].map((known) => ({ ...known, id: toBytes(known.id) }));
    }
  }
  return read;
}

/** What the device said, with base64url in the place of bytes. */
function writeCredential(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) {
      response[name] = toText(credential.response[name]);
    }
  }
  const clientExtensionResults = credential.getClientExtensionResults();
  return { id: credential.id, rawId: toText(credential.rawId), type: credential.type, response, clientExtensionResults };
}

const isSupported = window.isSecureContext && Boolean(window.PublicKeyCredential);

for (const notice of document.querySelectorAll("[data-no-passkeys]")) {
  notice.hidden = isSupported;
}

for (const form of document.querySelectorAll("[data-passkey]")) {
  form.hidden = !isSupported;
  const options = JSON.parse(document.getElementById("passkey-options").textContent);
  const problem = form.querySelector("[data-problem]");
  form.querySelector("button").addEventListener("click", async () => {
    problem.textContent = "";
    try {
      const publicKey = readOptions(options.publicKey);
      const credential = await navigator.credentials[form.dataset.passkey]({ publicKey });
      form.elements.credential.value = JSON.stringify(writeCredential(credential));
      form.submit();
    } catch (error) {
      problem.textContent = error.name === "InvalidStateError" ? problem.dataset.known : problem.dataset.failed;
    }
  });
  // Enter in a field must not send the form without a passkey.
  form.addEventListener("submit", (event) => event.preventDefault());
}
