// Checks the signed facts of a certificate's QR code: base 32, zlib, COSE_Sign1 (ES256), CWT.
// What the numbers mean stands in docs/decisions/0030-offline-qr.md.
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const CODE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LONGEST_TYPED = 4000;
const FORGIVEN = pairs("ILOU", "110V");
// Greek, then Cyrillic letters, and the Latin ones that a reader takes them for.
const LOOK_ALIKES = pairs(
  "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαικνορυχ" + "АВЕЅІЈКМНОРСТУХЗаеѕіјкморстух",
  "ABEZHIKMNOPTYXAIKVOPYX" + "ABESIJKMHOPCTYX3AESIJKMOPCTYX",
);
// Spaces, hyphens and dashes, and characters that cannot be seen.
const IGNORED = /[\p{Zs}\p{Pd}\p{Cf}\p{Cc}_.\u2212\u30fc]/gu;
const LARGEST = 4096; // bytes of facts; ours have 300
const FACTS = -70001;
const SIGN1 = 18;
const KEY_ID = 4;

function pairs(from, to) {
  return new Map([...from].map((letter, place) => [letter, to[place]]));
}

export class NotGenuine extends Error {}

// What was scanned, pasted or opened: the code of the address, what stands after "#", and whether
// the address should name a code and names none that can be read.
export function parsed(text) {
  const [written, facts = ""] = text.trim().split("#");
  if (/^[01][A-Z2-7]{40,}$/.test(written)) return { code: "", facts: written, isUnreadable: false };
  const address = decoded(written);
  const code = normalCode(address ?? "");
  return { code, facts: facts.trim(), isUnreadable: !code && (address === undefined || /\/v\//i.test(address)) };
}

function decoded(address) {
  try {
    return decodeURIComponent(address);
  } catch {
    return undefined;
  }
}

// The same rule as normal_code of app/certificates/services/numbers.py; a test compares the two.
export function normalCode(typed) {
  const text = [...typed].slice(0, LONGEST_TYPED).join("").normalize("NFKC");
  const start = text.indexOf("/v/");
  const [bare] = text.slice(start < 0 ? 0 : start + 3).split(/[#?]/);
  const plain = replaced(bare, LOOK_ALIKES).toUpperCase().replace(IGNORED, "");
  const letters = [...replaced(plain, FORGIVEN)];
  return letters.length === 16 && letters.every((one) => CODE_LETTERS.includes(one)) ? letters.join("") : "";
}

function replaced(text, letters) {
  return [...text].map((one) => letters.get(one) ?? one).join("");
}

function fromBase32(text) {
  const bytes = new Uint8Array(Math.floor((text.length * 5) / 8));
  let held = 0;
  let bits = 0;
  let place = 0;
  for (const letter of text) {
    const value = LETTERS.indexOf(letter);
    if (value < 0) throw new NotGenuine("letter");
    held = ((held << 5) | value) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[place++] = (held >> bits) & 0xff;
    }
  }
  return bytes;
}

async function inflated(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const reader = stream.getReader();
  const whole = new Uint8Array(LARGEST);
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read().catch(() => ({ done: false }));
    if (done) return whole.slice(0, length);
    if (!value || length + value.length > LARGEST) throw new NotGenuine("length");
    whole.set(value, length);
    length += value.length;
  }
}

// As much of CBOR (RFC 8949) as a CWT needs; anything else is not ours.
class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.place = 0;
  }

  size(form) {
    if (form < 24) return form;
    const width = { 24: 1, 25: 2, 26: 4 }[form];
    if (!width || this.place + width > this.bytes.length) throw new NotGenuine("size");
    const number = this.view[`getUint${width * 8}`](this.place);
    this.place += width;
    return number;
  }

  take(length) {
    if (this.place + length > this.bytes.length) throw new NotGenuine("end");
    this.place += length;
    return this.bytes.slice(this.place - length, this.place);
  }

  item(depth = 0) {
    if (depth > 6) throw new NotGenuine("depth");
    const [head] = this.take(1);
    const size = this.size(head & 31);
    switch (head >> 5) {
      case 0:
        return size;
      case 1:
        return -1 - size;
      case 2:
        return this.take(size);
      case 3:
        return new TextDecoder("utf-8", { fatal: true }).decode(this.take(size));
      case 4:
        return this.list(size, depth);
      case 5:
        return new Map(this.list(size, depth, true));
      case 6:
        return { tag: size, value: this.item(depth + 1) };
      default:
        throw new NotGenuine("kind");
    }
  }

  list(size, depth, isMap = false) {
    if (size > this.bytes.length) throw new NotGenuine("list");
    const one = () => this.item(depth + 1);
    return Array.from({ length: size }, () => (isMap ? [one(), one()] : one()));
  }
}

function read(bytes) {
  const reader = new Reader(bytes);
  const found = reader.item();
  if (reader.place !== bytes.length) throw new NotGenuine("rest");
  return found;
}

function byteString(bytes) {
  const length = bytes.length;
  const head = length < 24 ? [0x40 | length] : length < 256 ? [0x58, length] : [0x59, length >> 8, length & 255];
  return [...head, ...bytes];
}

// RFC 9052, 4.4: what is signed.
function toBeSigned(header, payload) {
  const name = [...new TextEncoder().encode("Signature1")];
  return new Uint8Array([0x84, 0x6a, ...name, ...byteString(header), 0x40, ...byteString(payload)]);
}

async function isSigned(content, signature, jwk) {
  const way = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const { kty, crv, x, y } = jwk;
  const key = await crypto.subtle.importKey("jwk", { kty, crv, x, y }, way, false, ["verify"]);
  return crypto.subtle.verify(way, key, signature, content);
}

function packedCode(bytes) {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return (bits.match(/.{5}/g) ?? []).map((five) => CODE_LETTERS[parseInt(five, 2)]).join("");
}

// The claims and whether a key of the list signed them. Throws NotGenuine for what is not ours.
export async function opened(facts, keys) {
  try {
    const packed = fromBase32(facts.slice(1));
    const message = read(facts[0] === "1" ? await inflated(packed) : packed);
    const [header, loose, payload, signature] = message.value;
    const named = read(header);
    if (message.tag !== SIGN1 || message.value.length !== 4 || named.get(1) !== -7) throw new NotGenuine("form");
    // Codes of before name their key outside the signature; ours of today leave nothing there.
    if (named.has(KEY_ID) && loose.size !== 0) throw new NotGenuine("loose");
    const claims = read(payload);
    const content = toBeSigned(header, payload);
    for (const key of keys) {
      if (await isSigned(content, signature, key)) return { claims: told(claims), isSigned: true };
    }
    return { claims: told(claims), isSigned: false };
  } catch (error) {
    if (error instanceof NotGenuine || error instanceof TypeError || error instanceof RangeError) throw new NotGenuine(error.message);
    throw error;
  }
}

function told(claims) {
  const said = claims.get(FACTS);
  return {
    ends: claims.get(4),
    issued: claims.get(6),
    serial: new TextDecoder().decode(claims.get(7)),
    name: said.get(1),
    course: said.get(2),
    latin: said.get(3),
    language: said.get(4),
    status: said.get(5),
    awarded: said.get(7),
    code: packedCode(said.get(8)),
  };
}

// One word for what a scanned text is worth: see the sentences in check.html.
export async function judged(text, list, now) {
  const { code, facts, isUnreadable } = parsed(text);
  if (!facts) return { verdict: code ? "plain" : "unread", code };
  if (isUnreadable) return { verdict: "false", code };
  if (!globalThis.crypto?.subtle || typeof DecompressionStream === "undefined") return { verdict: "old", code };
  if (!list) return { verdict: "nokeys", code };
  try {
    const { claims, isSigned } = await opened(facts, list.keys);
    if (!isSigned) return { verdict: claims.issued * 1000 > Date.parse(list.as_of) ? "newkey" : "false", code };
    if (code && code !== claims.code) return { verdict: "false", code };
    return { verdict: worth(claims, list, now), claims, code: claims.code };
  } catch (error) {
    if (error instanceof NotGenuine) return { verdict: "false", code };
    throw error;
  }
}

function worth(claims, list, now) {
  if (list.revoked.includes(claims.status)) return "revoked";
  // A phone whose clock is slow still knows that its list was made.
  const latest = Math.max(now, Date.parse(list.as_of) || 0);
  return claims.ends * 1000 <= latest ? "expired" : "genuine";
}
