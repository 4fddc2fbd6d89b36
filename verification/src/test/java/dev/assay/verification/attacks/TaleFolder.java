package dev.assay.verification.attacks;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.KeyId;
import dev.assay.protocol.id.LeaseId;
import dev.assay.verification.VerificationException;
import dev.assay.verification.attacks.Tale.Said;
import dev.assay.verification.attest.SignedStatement;
import dev.assay.verification.audit.EvidenceLayout;
import dev.assay.verification.bundle.SigstoreBundle;
import dev.assay.verification.check.TinyModel;
import dev.assay.verification.crypto.SigningKey;
import dev.assay.verification.statement.EvidencePredicate;
import dev.assay.verification.statement.Statement;
import dev.assay.verification.statement.Subject;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The evidence folder of a tale: its files by name, which anybody may change. The tenant signs for
 * them once they are as they should be. Bundles, which others' tools read, are put in on request:
 * most attacks leave them out, as folders from before there were any do.
 */
final class TaleFolder {
    private static final String README = "The folder of an attack; see docs/attacks.md.\n";

    final Map<String, byte[]> files = new TreeMap<>();

    private final Tale tale;
    private LeaseId lease;
    private Instant signed = Tale.NOW.plusSeconds(60);
    private SigningKey signer = Parties.TENANT;
    private KeyId tenant = Parties.TENANT.keyId();
    private final List<Subject> more = new ArrayList<>();

    TaleFolder(Tale tale) {
        this.tale = tale;
        Map<String, Said> said = tale.tell();
        this.lease = new LeaseId(said(said, EvidenceLayout.LEASE).digest());
        put(EvidenceLayout.README, README);
        put(EvidenceLayout.TENANT_KEY, Parties.TENANT.verifyingKey().toPem());
        put(EvidenceLayout.PROVIDER_KEY, Parties.PROVIDER.verifyingKey().toPem());
        put(EvidenceLayout.MARKET_KEY, Parties.MARKET.verifyingKey().toPem());
        put(EvidenceLayout.LOG_KEY, Parties.LOG.verifyingKey().vkey());
        files.put(EvidenceLayout.MODEL, tale.model.manifest);
        files.put(EvidenceLayout.WEIGHTS, tale.model.weights);
        files.put(EvidenceLayout.INPUT, tale.model.input);
        files.put(EvidenceLayout.OUTPUT, TinyModel.file(tale.output));
        files.put(EvidenceLayout.DRAW_PROOF, tale.draw().bytes());
        said.forEach(this::show);
        tale.keyEntries().forEach(this::showKey);
    }

    private void showKey(int index, Tale.Logged key) {
        files.put(EvidenceLayout.keyStatement(index), key.envelope().bytes());
        files.put(EvidenceLayout.keyProof(index), tale.log.proof(index, tale.log.size()).bytes());
    }

    /** Puts a statement and its proof under a name. */
    TaleFolder show(String name, Said said) {
        files.put(EvidenceLayout.statement(name), said.envelope().bytes());
        files.put(
                EvidenceLayout.proof(name), tale.log.proof(said.index(), tale.log.size()).bytes());
        return this;
    }

    /** Takes a statement and its proof out. */
    TaleFolder hide(String name) {
        files.remove(EvidenceLayout.statement(name));
        files.remove(EvidenceLayout.proof(name));
        return this;
    }

    TaleFolder put(String name, String text) {
        files.put(name, text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    /** Adds the bundles of all statements that have one. */
    TaleFolder bundled() {
        Map<String, Said> said = tale.tell();
        for (String name : EvidenceLayout.bundled(said.keySet())) {
            Said statement = said(said, name);
            SigstoreBundle bundle =
                    SigstoreBundle.of(
                            statement.envelope(),
                            statement.signer().verifyingKey(),
                            tale.log.proof(statement.index(), tale.log.size()),
                            Parties.LOG.verifyingKey());
            files.put(EvidenceLayout.bundle(name), bundle.bytes());
        }
        return this;
    }

    /** Has somebody else sign for the folder. */
    TaleFolder indexedBy(SigningKey other) {
        signer = other;
        return this;
    }

    /** Has the index name somebody else as its tenant. */
    TaleFolder indexedAs(KeyId other) {
        tenant = other;
        return this;
    }

    /** Has the index speak of this file too, whatever there is. */
    TaleFolder indexing(String name, Digest digest) {
        more.add(new Subject(name, digest));
        return this;
    }

    /** Has the index speak of another lease. */
    TaleFolder indexedFor(LeaseId other) {
        lease = other;
        return this;
    }

    /** Has the index say that it was signed then. */
    TaleFolder indexedOn(Instant when) {
        signed = when;
        return this;
    }

    /** Signs for the files as they are now. */
    TaleFolder sign() {
        List<Subject> subjects = new ArrayList<>();
        files.forEach((name, bytes) -> subjects.add(new Subject(name, Digest.sha256(bytes))));
        subjects.addAll(more);
        subjects.removeIf(subject -> subject.name().equals(EvidenceLayout.INDEX));
        EvidencePredicate index = new EvidencePredicate(lease, tenant, signed);
        try {
            files.put(
                    EvidenceLayout.INDEX,
                    SignedStatement.sign(new Statement(subjects, index), signer).bytes());
        } catch (VerificationException e) {
            throw new AssertionError("an index is no large statement", e);
        }
        return this;
    }

    private static Said said(Map<String, Said> said, String name) {
        return java.util.Objects.requireNonNull(said.get(name), name);
    }
}
