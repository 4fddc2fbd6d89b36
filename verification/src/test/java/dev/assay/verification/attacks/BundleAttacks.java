package dev.assay.verification.attacks;

import static dev.assay.verification.attacks.Attack.ANYONE;
import static dev.assay.verification.attacks.Attack.LOG;
import static dev.assay.verification.attacks.Attack.PROVIDER;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.id.Digest;
import dev.assay.verification.VerificationException;
import dev.assay.verification.attacks.Generator.Twin;
import dev.assay.verification.attacks.Tale.Said;
import dev.assay.verification.audit.EvidenceLayout;
import dev.assay.verification.bundle.SigstoreBundle;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.log.LogLeaf;
import dev.assay.verification.log.SignedNote;
import dev.assay.verification.log.TlogProof;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/** Sigstore bundles whose parts do not belong together, or that others' tools read differently. */
final class BundleAttacks {
    private static final String AT = "bundle.verificationMaterial.tlogEntries[0]";
    private static final String PROOF = AT + ".inclusionProof";

    private final Twin twin;
    private final Tale tale;
    private final SigstoreBundle honest;

    private BundleAttacks(Generator generator, Tale tale) {
        this.tale = tale;
        Said receipt = said(Tale.LAST_RECEIPT);
        this.honest =
                SigstoreBundle.of(
                        receipt.envelope(),
                        receipt.signer().verifyingKey(),
                        tale.log.proof(receipt.index(), tale.log.size()),
                        Parties.LOG.verifyingKey());
        this.twin =
                generator
                        .honest(Input.BUNDLE, AttackFiles.HONEST, honest.bytes())
                        .from(Input.BUNDLE, AttackFiles.HONEST);
    }

    static void add(Generator generator, Tale tale) throws VerificationException {
        BundleAttacks attacks = new BundleAttacks(generator, tale);
        attacks.entries();
        attacks.leaves();
        attacks.proofs();
        attacks.keys();
        attacks.forms();
    }

    private void entries() {
        edited(
                "two-log-entries",
                "the log's entry is there twice; others' tools take any",
                BundleEdits.entriesOf(2),
                "bundle.verificationMaterial: tlogEntries: 2 entries, expected one");
        edited(
                "no-log-entry",
                "the log's entry is taken away",
                BundleEdits.entriesOf(0),
                "bundle.verificationMaterial: tlogEntries: 0 entries, expected one");
        edited(
                "log-id-cut-short",
                "half of the log's id",
                BundleEdits.put(BundleEdits.ENTRY + "/logId", "keyId", "AAAA"),
                AT + ".logId: a SHA-256 digest has 32 bytes");
        twin.attack(
                "other-log-id",
                ANYONE,
                "the id of another log, whose key would be looked up",
                new SigstoreBundle(
                                honest.envelope(),
                                honest.key(),
                                Parties.OTHER_LOG.verifyingKey().checkpointKeyId(),
                                honest.proof())
                        .bytes(),
                Expected.of("SigstoreBundle.verify", "key", "the bundle names log id "));
        edited(
                "entry-of-another-kind",
                "the entry is said to be an intoto entry",
                BundleEdits.put(BundleEdits.ENTRY + "/kindVersion", "kind", "intoto"),
                AT + ".kindVersion.kind: 'intoto', expected 'dsse'");
        edited(
                "entry-of-another-version",
                "the entry is said to be of version 0.0.1",
                BundleEdits.put(BundleEdits.ENTRY + "/kindVersion", "version", "0.0.1"),
                AT + ".kindVersion.version: '0.0.1', expected");
        edited(
                "indexes-contradict",
                "the entry's index is not its proof's",
                BundleEdits.put(BundleEdits.ENTRY, "logIndex", "3"),
                AT + ".logIndex: '3', expected '5'");
    }

    private void leaves() throws VerificationException {
        Envelope other = said(EvidenceLayout.RESULT).envelope();
        leaf(
                "leaf-of-another-statement",
                ANYONE,
                "the log's entry is that of the result",
                LogLeaf.of(other, Parties.PROVIDER.verifyingKey()),
                "the log's entry is not that of the envelope");
        leaf(
                "leaf-with-ed25519",
                PROVIDER,
                "the entry says that the signature is Ed25519",
                swapped("PKIX_ECDSA_P256_SHA_256", "PKIX_ED25519"),
                "the log's entry is not that of the envelope");
        leaf(
                "leaf-with-rsa",
                PROVIDER,
                "the entry says that the signature is RSA",
                swapped("PKIX_ECDSA_P256_SHA_256", "PKIX_RSA_PKCS1V15_2048_SHA256"),
                "the log's entry is not that of the envelope");
        leaf(
                "leaf-with-sha512",
                PROVIDER,
                "the entry says that the digest is SHA-512",
                swapped("SHA2_256", "SHA2_512"),
                "the log's entry is not that of the envelope");
        leaf(
                "leaf-without-key",
                ANYONE,
                "the key is cut out of the entry",
                Generator.bytes("{\"apiVersion\":\"0.0.2\"}"),
                "the log's entry is not that of the envelope");
        Envelope stranger = Envelope.sign(honest.envelope().payload(), Parties.STRANGER);
        twin.attack(
                "wrong-key",
                "anyone with a key",
                "signed and said to be logged by a stranger, consistently",
                new SigstoreBundle(
                                stranger,
                                Parties.STRANGER.verifyingKey(),
                                honest.logId(),
                                honest.proof())
                        .bytes(),
                Expected.of("SigstoreBundle.verify", "key", "the envelope names key "));
    }

    private void proofs() {
        TlogProof proof = honest.proof();
        proof(
                "proof-of-another-leaf",
                "the proof of the receipt before it",
                tale.log.proof(said(EvidenceLayout.receipt(1)).index(), tale.log.size()),
                "inclusion",
                "it leads to root");
        List<Digest> hashes = new ArrayList<>(proof.hashes());
        hashes.removeLast();
        proof(
                "truncated-proof",
                "the proof's last hash is cut off",
                new TlogProof(proof.index(), hashes, proof.note()),
                "inclusion",
                "it has fewer hashes than the path has steps");
        hashes = new ArrayList<>(proof.hashes());
        hashes.add(hashes.getFirst());
        proof(
                "proof-with-extra-hash",
                "one hash too many",
                new TlogProof(proof.index(), hashes, proof.note()),
                "inclusion",
                "it has more hashes than the path has steps");
        proof(
                "index-beyond-size",
                "an index that the log does not have",
                new TlogProof(proof.index() + 16, proof.hashes(), proof.note()),
                "inclusion",
                "there is no such leaf");
        proof(
                "size-zero",
                "a checkpoint of an empty log",
                new TlogProof(proof.index(), proof.hashes(), tale.log.checkpoint(0)),
                "inclusion",
                "there is no such leaf");
        proof(
                "checkpoint-of-an-impostor",
                "a checkpoint signed by somebody who calls itself the log",
                new TlogProof(
                        proof.index(),
                        proof.hashes(),
                        SignedNote.sign(proof.note().checkpoint(), Parties.IMPOSTOR)),
                "signature",
                "has 0 signatures by the key of log");
        edited(
                "size-contradicts-checkpoint",
                "a tree size that the checkpoint does not sign",
                BundleEdits.put(BundleEdits.INCLUSION, "treeSize", "7"),
                PROOF + ".treeSize: '7', expected '9'");
        edited(
                "root-contradicts-checkpoint",
                "a root that the checkpoint does not sign",
                BundleEdits.put(
                        BundleEdits.INCLUSION,
                        "rootHash",
                        Base64.getEncoder().encodeToString(new byte[32])),
                PROOF + ".rootHash: 'AAAAAAAAAAAA");
        edited(
                "hash-of-31-bytes",
                "a hash that is a byte short",
                json ->
                        ((ArrayNode) json.at(BundleEdits.INCLUSION + "/hashes"))
                                .set(0, Base64.getEncoder().encodeToString(new byte[31])),
                PROOF + ": a SHA-256 digest has 32 bytes");
        edited(
                "index-negative",
                "a negative index",
                BundleEdits.put(BundleEdits.INCLUSION, "logIndex", "-1"),
                PROOF + ".logIndex: expected a decimal string");
        edited(
                "index-as-number",
                "an index that JSON readers round",
                json -> ((ObjectNode) json.at(BundleEdits.INCLUSION)).put("logIndex", 5),
                PROOF + ".logIndex: expected a string");
        edited(
                "proof-of-64-hashes",
                "more levels than any log has",
                json -> {
                    ArrayNode all =
                            ((ObjectNode) json.at(BundleEdits.INCLUSION)).putArray("hashes");
                    for (int i = 0; i < 64; i++) {
                        all.add(Base64.getEncoder().encodeToString(new byte[32]));
                    }
                },
                PROOF + ": no log has leaf 5 or 64 levels");
    }

    private void keys() {
        edited(
                "hint-of-another-key",
                "the key hint is the tenant's",
                BundleEdits.put(
                        BundleEdits.MATERIAL + "/publicKey", "hint", Parties.TENANT.keyId().hex()),
                "bundle.verificationMaterial.publicKey.hint: '8a5eccf9");
        edited(
                "certificate-instead-of-key",
                "a certificate in the place of the key hint",
                json -> {
                    ObjectNode material = (ObjectNode) json.at(BundleEdits.MATERIAL);
                    material.remove("publicKey");
                    material.putObject("certificate").put("rawBytes", "AAAA");
                },
                "bundle.verificationMaterial.publicKey: missing");
        edited(
                "certificate-beside-key",
                "a certificate beside the key hint",
                json ->
                        ((ObjectNode) json.at(BundleEdits.MATERIAL))
                                .putObject("certificate")
                                .put("rawBytes", "AAAA"),
                "bundle.verificationMaterial.certificate: unknown field");
        edited(
                "key-id-of-someone-else",
                "the envelope names the tenant's key",
                json ->
                        ((ObjectNode) json.at("/dsseEnvelope/signatures/0"))
                                .put("keyid", Parties.TENANT.keyId().hex()),
                "bundle: dsseEnvelope: names another key than the log's entry");
    }

    private void forms() {
        edited(
                "another-media-type",
                "it says that it is a bundle of version 0.1",
                json ->
                        json.put(
                                "mediaType",
                                "application/vnd.dev.sigstore.bundle+json;version=0.1"),
                "bundle.mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.1',"
                        + " expected");
        edited(
                "two-contents",
                "a message signature beside the envelope",
                json -> json.putObject("messageSignature").put("signature", "AAAA"),
                "bundle.messageSignature: unknown field");
        twin.attack(
                "second-signature",
                "anyone with a key",
                "a second signature in the envelope",
                BundleEdits.edit(
                        honest,
                        json -> {
                            ArrayNode signatures = (ArrayNode) json.at("/dsseEnvelope/signatures");
                            signatures.add(signatures.get(0).deepCopy());
                        }),
                Expected.of(
                        "SigstoreBundle.parse",
                        "encoding",
                        "not a DSSE envelope in its canonical form"));
        twin.attack(
                "changed-payload",
                ANYONE,
                "another payload under the same signature",
                BundleEdits.edit(
                        honest,
                        json -> ((ObjectNode) json.at("/dsseEnvelope")).put("payload", "e30=")),
                Expected.of(
                        "SigstoreBundle.parse",
                        "encoding",
                        "the log's entry is not that of the envelope"));
        twin.attack(
                "spaced",
                ANYONE,
                "written with spaces and line feeds",
                AttackFiles.pretty(BundleEdits.json(honest)),
                Expected.ofField(
                        "SigstoreBundle.parse", "encoding", "bundle: not in canonical form"));
        twin.attack(
                "trailing-bytes",
                ANYONE,
                "another object after it",
                Generator.text(honest.bytes()) + "{}",
                Expected.ofField("SigstoreBundle.parse", "encoding", "bundle: not valid JSON"));
        twin.attack(
                "duplicated-field",
                ANYONE,
                "two proofs of which tools take either",
                StatementAttacks.once(
                        Generator.text(honest.bytes()),
                        "\"treeSize\":\"9\"",
                        "\"treeSize\":\"8\",\"treeSize\":\"9\""),
                Expected.ofField(
                        "SigstoreBundle.parse",
                        "encoding",
                        PROOF + ".treeSize: not valid JSON: Duplicate field"));
        twin.attack(
                "size",
                ANYONE,
                "one byte more than a bundle may have",
                "x".repeat(SigstoreBundle.MAX_BYTES + 1),
                Expected.of("SigstoreBundle.parse", "size", "is over the limit of"));
    }

    private void proof(String name, String change, TlogProof proof, String clause, String says) {
        twin.attack(
                name,
                name.startsWith("size") ? LOG : ANYONE,
                change,
                new SigstoreBundle(honest.envelope(), honest.key(), honest.logId(), proof).bytes(),
                Expected.of("SigstoreBundle.verify", clause, says));
    }

    private void leaf(String name, String attacker, String change, byte[] leaf, String says) {
        twin.attack(
                name,
                attacker,
                change,
                BundleEdits.edit(
                        honest,
                        BundleEdits.put(
                                BundleEdits.ENTRY,
                                "canonicalizedBody",
                                Base64.getEncoder().encodeToString(leaf))),
                Expected.of("SigstoreBundle.parse", "encoding", says));
    }

    private void edited(String name, String change, Consumer<ObjectNode> edit, String says) {
        twin.attack(
                name,
                ANYONE,
                change,
                BundleEdits.edit(honest, edit),
                Expected.ofField("SigstoreBundle.parse", "encoding", says));
    }

    private byte[] swapped(String what, String by) {
        String leaf = Generator.text(LogLeaf.of(honest.envelope(), honest.key()));
        return Generator.bytes(leaf.replaceFirst("\"" + what + "\"", "\"" + by + "\""));
    }

    private Said said(String name) {
        return Objects.requireNonNull(tale.tell().get(name));
    }
}
