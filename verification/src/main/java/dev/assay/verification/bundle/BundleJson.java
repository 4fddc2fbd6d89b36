package dev.assay.verification.bundle;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.JsonFields;
import dev.assay.verification.VerificationException;
import dev.assay.verification.crypto.VerifyingKey;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.log.LogCheckpoint;
import dev.assay.verification.log.LogLeaf;
import dev.assay.verification.log.SignedNote;
import dev.assay.verification.log.TlogProof;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** The JSON of a bundle. What it says twice must be the same both times. */
final class BundleJson {
    private static final String KIND = "dsse";
    private static final String VERSION = "0.0.2";

    private BundleJson() {}

    static ObjectNode write(SigstoreBundle bundle) {
        ObjectNode json = CanonicalJson.object();
        json.put("mediaType", SigstoreBundle.MEDIA_TYPE);
        Envelope envelope = bundle.envelope();
        ObjectNode dsse = json.putObject("dsseEnvelope");
        dsse.put("payload", base64(envelope.payload()));
        dsse.put("payloadType", Envelope.PAYLOAD_TYPE);
        dsse.putArray("signatures")
                .addObject()
                .put("keyid", envelope.keyId().hex())
                .put("sig", base64(envelope.signature().der()));
        ObjectNode material = json.putObject("verificationMaterial");
        material.putObject("publicKey").put("hint", bundle.key().keyId().hex());
        ObjectNode entry = material.putArray("tlogEntries").addObject();
        entry.put("logIndex", index(bundle.proof()));
        entry.putObject("logId").put("keyId", base64(bundle.logId().bytes()));
        entry.putObject("kindVersion").put("kind", KIND).put("version", VERSION);
        entry.put("canonicalizedBody", base64(LogLeaf.of(envelope, bundle.key())));
        inclusion(entry.putObject("inclusionProof"), bundle.proof());
        return json;
    }

    static SigstoreBundle read(ObjectNode json) throws JsonException, VerificationException {
        JsonFields fields = JsonFields.of(json, "bundle");
        fields.text("mediaType", SigstoreBundle.MEDIA_TYPE);
        Envelope envelope = Envelope.parse(CanonicalJson.bytes(fields.tree("dsseEnvelope")));
        JsonFields material = fields.object("verificationMaterial");
        fields.end();
        List<JsonFields> entries = material.objects("tlogEntries");
        if (entries.size() != 1) {
            throw material.error("tlogEntries: " + entries.size() + " entries, expected one");
        }
        JsonFields entry = entries.getFirst();
        VerifyingKey key = LogLeaf.signer(bytes(entry, "canonicalizedBody"), envelope);
        if (!envelope.keyId().equals(key.keyId())) {
            throw fields.error("dsseEnvelope: names another key than the log's entry");
        }
        JsonFields hint = material.object("publicKey");
        hint.text("hint", key.keyId().hex());
        hint.end();
        material.end();
        JsonFields kind = entry.object("kindVersion");
        kind.text("kind", KIND);
        kind.text("version", VERSION);
        kind.end();
        JsonFields log = entry.object("logId");
        Digest logId = digest(log, bytes(log, "keyId"));
        log.end();
        TlogProof proof = proof(entry.object("inclusionProof"));
        entry.text("logIndex", index(proof));
        entry.end();
        return new SigstoreBundle(envelope, key, logId, proof);
    }

    private static void inclusion(ObjectNode json, TlogProof proof) {
        LogCheckpoint checkpoint = proof.note().checkpoint();
        json.put("logIndex", index(proof));
        json.put("treeSize", String.valueOf(checkpoint.size()));
        json.put("rootHash", base64(checkpoint.root().bytes()));
        ArrayNode hashes = json.putArray("hashes");
        proof.hashes().forEach(hash -> hashes.add(base64(hash.bytes())));
        json.putObject("checkpoint")
                .put("envelope", new String(proof.note().bytes(), StandardCharsets.UTF_8));
    }

    private static TlogProof proof(JsonFields fields) throws JsonException, VerificationException {
        JsonFields checkpoint = fields.object("checkpoint");
        String text = checkpoint.text("envelope");
        if (text.length() > SignedNote.MAX_BYTES) {
            throw checkpoint.error("envelope", text.length() + " characters are no signed note");
        }
        SignedNote note = SignedNote.parse(text.getBytes(StandardCharsets.UTF_8));
        checkpoint.end();
        fields.text("treeSize", String.valueOf(note.checkpoint().size()));
        fields.text("rootHash", base64(note.checkpoint().root().bytes()));
        List<Digest> hashes = new ArrayList<>();
        long index = fields.quantity("logIndex");
        List<String> written = fields.texts("hashes");
        if (written.size() > TlogProof.MAX_HASHES) {
            throw fields.error("no log has leaf " + index + " or " + written.size() + " levels");
        }
        for (String hash : written) {
            hashes.add(digest(fields, decode(fields, hash)));
        }
        fields.end();
        try {
            return new TlogProof(index, hashes, note);
        } catch (IllegalArgumentException e) {
            throw fields.error(e.getMessage());
        }
    }

    private static String index(TlogProof proof) {
        return String.valueOf(proof.index());
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static byte[] bytes(JsonFields fields, String name) throws JsonException {
        return decode(fields, fields.text(name));
    }

    private static byte[] decode(JsonFields fields, String base64) throws JsonException {
        try {
            byte[] bytes = Base64.getDecoder().decode(base64);
            if (base64(bytes).equals(base64)) {
                return bytes;
            }
        } catch (IllegalArgumentException e) {
            throw fields.error(e.getMessage());
        }
        throw fields.error("expected base64 with padding");
    }

    private static Digest digest(JsonFields fields, byte[] bytes) throws JsonException {
        try {
            return Digest.of(bytes);
        } catch (IllegalArgumentException e) {
            throw fields.error(e.getMessage());
        }
    }
}
