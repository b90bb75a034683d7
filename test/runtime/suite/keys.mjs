/** Keys that WebCrypto makes for one run, in the formats that merchants have. */

const PUBLIC_EXPONENT = new Uint8Array([1, 0, 1]);
/** Bytes in PKCS#8 before the PKCS#1 structure of a 2048-bit RSA key: two headers, a version and the algorithm. */
const PKCS8_HEADER = 26;

/** @type {ReturnType<typeof makeKeys> | undefined} */
let made;

/** One pair for the whole suite: making one takes long. */
export function rsaKeys() {
  made ??= makeKeys();
  return made;
}

async function makeKeys() {
  const algorithm = { name: 'RSA-PSS', hash: 'SHA-256', modulusLength: 2048, publicExponent: PUBLIC_EXPONENT };
  const { privateKey, publicKey } = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey('pkcs8', privateKey));
  return {
    privateKey,
    publicKey,
    pkcs8: pem('PRIVATE KEY', pkcs8),
    pkcs1: pem('RSA PRIVATE KEY', pkcs8.subarray(PKCS8_HEADER)),
  };
}

/** @param {string} label @param {Uint8Array} der */
function pem(label, der) {
  const lines = base64(der).match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

/** @param {Uint8Array} bytes */
export function base64(bytes) {
  return btoa(String.fromCharCode(...bytes));
}

/** @param {string} text */
export function bytesOf(text) {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}
