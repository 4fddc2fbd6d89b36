// Verifies a folder of bundles with sigstore-js. Reads them all first and prints its versions; then for each line of its
// input verifies all of them and prints how many a second. Arguments: folder, signer's PEM file, the log's verifier key.
const { createHash, createPublicKey } = require('node:crypto');
const { readFileSync, readdirSync } = require('node:fs');
const { createInterface } = require('node:readline');
const { bundleFromJSON } = require('@sigstore/bundle');
const { toSignedEntity, toTrustMaterial, Verifier } = require('@sigstore/verify');

const [, , folder, signer, vkey] = process.argv;
const key = createPublicKey(readFileSync(signer)).export({ type: 'spki', format: 'der' });
const keyId = createHash('sha256').update(key).digest('hex');
const [, origin, encoded] = /^([^+]+)\+[0-9a-f]{8}\+(.+)$/.exec(vkey);
const typed = Buffer.from(encoded, 'base64');
const logId = { keyId: createHash('sha256').update(origin + '\n').update(typed).digest() };
const log = {
  baseUrl: 'https://' + origin,
  hashAlgorithm: 'SHA2_256',
  publicKey: {
    rawBytes: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), typed.subarray(1)]),
    keyDetails: 'PKIX_ED25519',
  },
  logId,
  checkpointKeyId: logId,
};
const trusted = toTrustMaterial(
  { tlogs: [log], ctlogs: [], certificateAuthorities: [], timestampAuthorities: [] },
  { [keyId]: { rawBytes: key } },
);
const verifier = new Verifier(trusted, { tlogThreshold: 1, ctlogThreshold: 0, timestampThreshold: 0 });
const files = readdirSync(folder).map((name) => readFileSync(`${folder}/${name}`, 'utf8'));

const version = (name) => require(`${name}/package.json`).version;
console.log(
  `Node ${process.version}, @sigstore/verify ${version('@sigstore/verify')}, @sigstore/bundle ${version('@sigstore/bundle')}`,
);
createInterface({ input: process.stdin }).on('line', () => {
  const began = process.hrtime.bigint();
  for (const file of files) {
    verifier.verify(toSignedEntity(bundleFromJSON(JSON.parse(file))));
  }
  console.log((files.length * 1e9) / Number(process.hrtime.bigint() - began));
});
