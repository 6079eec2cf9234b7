// Verifies a Sigstore bundle with @sigstore/verify alone: node verify.mjs BUNDLE TRUSTED_ROOT EXPORTER_KEY_DER TIMESTAMPS
import { createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(`${process.cwd()}/`);
const { bundleFromJSON } = require("@sigstore/bundle");
const { TrustedRoot } = require("@sigstore/protobuf-specs");
const { Verifier, toSignedEntity, toTrustMaterial } = require("@sigstore/verify");

const [bundle, root, key, timestamps] = process.argv.slice(2);
const exporter = createPublicKey({ key: readFileSync(key), format: "der", type: "spki" });
const trusted = toTrustMaterial(TrustedRoot.fromJSON(JSON.parse(readFileSync(root, "utf8"))), () => ({
  publicKey: exporter,
  validFor: () => true,
}));
const verifier = new Verifier(trusted, { tlogThreshold: 1, ctlogThreshold: 0, timestampThreshold: Number(timestamps) });
verifier.verify(toSignedEntity(bundleFromJSON(JSON.parse(readFileSync(bundle, "utf8")))));
console.log("verified");
