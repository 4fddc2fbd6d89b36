package dev.assay.verification.attacks;

import static dev.assay.verification.attacks.Attack.LOG;
import static dev.assay.verification.attacks.Attack.TENANT;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.id.LeaseId;
import dev.assay.verification.attacks.Tale.Said;
import dev.assay.verification.audit.EvidenceLayout;
import dev.assay.verification.bundle.SigstoreBundle;
import dev.assay.verification.log.TlogProof;
import dev.assay.verification.statement.VerdictPredicate.Outcome;

import java.util.List;
import java.util.Objects;

/** Verdicts, draws, proofs, bundles and indexes by a tenant, or a log, that cheats. */
final class TenantAttacks {
    private static final String VERDICT = EvidenceLayout.VERDICT;
    private static final String OTHER = "ab".repeat(32);

    private final FolderAttacks folders;

    private TenantAttacks(FolderAttacks folders) {
        this.folders = folders;
    }

    static void add(FolderAttacks folders) {
        TenantAttacks attacks = new TenantAttacks(folders);
        attacks.verdicts();
        attacks.draws();
        attacks.proofs();
        attacks.bundles();
        attacks.indexes();
    }

    private void verdicts() {
        Tale fail = new Tale();
        fail.outcome = Outcome.FAIL;
        folders.attack(
                "verdict-against-a-good-result",
                TENANT,
                "FAIL over a result that is right, and a refund for it",
                new TaleFolder(fail),
                in("verdict.outcome", "verdict", "is FAIL, but the units came out the same"));
        lie(
                "verdict-with-another-secret",
                "a secret that was not committed to",
                "/predicate/secret",
                OTHER,
                "SHA-256 of verdict.secret",
                "expected ");
        lie(
                "verdict-on-chosen-units",
                "units that the tenant liked",
                "/predicate/drawn",
                List.of(0),
                "verdict.drawn",
                "expected ");
        lie(
                "verdict-on-another-result",
                "the verdict on another result",
                "/predicate/result",
                "sha256:" + OTHER,
                "verdict.result",
                "expected ");
        lie(
                "verdict-on-another-lease",
                "the verdict on another lease",
                "/predicate/leaseId",
                OTHER,
                "verdict.leaseId",
                "expected ");
        lie(
                "verdict-by-a-weaker-method",
                "a tolerance where bits are due",
                "/predicate/method",
                "TOLERANT_REPLAY",
                "verdict.method",
                "expected ");
        lie(
                "verdict-at-another-checkpoint",
                "a root that the log did not have",
                "/predicate/checkpointRoot",
                "sha256:" + OTHER,
                "verdict.checkpointRoot",
                "expected ");
        folders.attack(
                "verdict-by-a-stranger",
                "anyone with a key",
                "a stranger judges",
                new TaleFolder(new Tale().signedBy(VERDICT, Parties.STRANGER)),
                in("", "key", "the envelope names key"));
    }

    private void draws() {
        Tale old = new Tale();
        TaleFolder before = new TaleFolder(old);
        Said result = said(old, EvidenceLayout.RESULT);
        TlogProof honest = old.draw();
        before.files.put(
                EvidenceLayout.DRAW_PROOF,
                new TlogProof(honest.index(), honest.hashes(), old.log.checkpoint(result.index()))
                        .bytes());
        folders.attack(
                "draw-of-an-old-checkpoint",
                "provider and tenant",
                "a checkpoint from before the result, which both knew",
                before,
                FolderAttacks.at(
                        EvidenceLayout.DRAW_PROOF, "", "inclusion", "there is no such leaf"));
        Tale known = new Tale();
        known.tell();
        Tale late = new Tale();
        late.draw =
                java.util.Optional.of(
                        known.log.proof(
                                said(known, EvidenceLayout.RESULT).index(), known.log.size()));
        folders.attack(
                "draw-after-the-verdict",
                "tenant and log",
                "a checkpoint of when the log held the verdict already",
                new TaleFolder(late),
                FolderAttacks.at(
                        EvidenceLayout.DRAW_PROOF,
                        "",
                        "log-order",
                        "the verdict was in the log before the draw was fixed"));
        Tale forked = new Tale();
        TaleLog fork = new TaleLog();
        for (int i = 0; i < 6; i++) {
            fork.append(Generator.bytes("entry " + i + " of another history"));
        }
        Said logged = said(known, EvidenceLayout.RESULT);
        int index = fork.append(logged.envelope(), logged.signer());
        forked.draw = java.util.Optional.of(fork.proof(index, index + 1));
        folders.attack(
                "draw-on-a-forked-log",
                "tenant and log",
                "the log shows the auditor another history, to choose the draw",
                new TaleFolder(forked),
                FolderAttacks.at(
                        EvidenceLayout.DRAW_PROOF,
                        "",
                        "consistency",
                        "is of another history of the log than the other proofs"));
    }

    private void proofs() {
        Tale tale = new Tale();
        TaleFolder folder = new TaleFolder(tale);
        Said result = said(tale, EvidenceLayout.RESULT);
        folder.files.put(
                EvidenceLayout.proof(EvidenceLayout.RESULT),
                tale.log.proof(result.index(), result.index() + 1).bytes());
        folders.attack(
                "rolled-back-checkpoint",
                LOG,
                "one proof is of an older checkpoint",
                folder,
                FolderAttacks.at("proofs", "", "checkpoint", "2 different checkpoints"));
        Tale another = new Tale();
        TaleFolder swapped = new TaleFolder(another);
        swapped.files.put(
                EvidenceLayout.proof(EvidenceLayout.RESULT),
                another.log
                        .proof(said(another, EvidenceLayout.LEASE).index(), another.log.size())
                        .bytes());
        folders.attack(
                "proof-of-another-statement",
                TENANT,
                "the lease's proof for the result",
                swapped,
                FolderAttacks.at(
                        EvidenceLayout.proof(EvidenceLayout.RESULT),
                        "",
                        "inclusion",
                        "it leads to root"));
        folders.attack(
                "log-key-swapped",
                TENANT,
                "the key of somebody who calls itself the log",
                new TaleFolder(new Tale())
                        .put(EvidenceLayout.LOG_KEY, Parties.IMPOSTOR.verifyingKey().vkey()),
                FolderAttacks.at(
                        EvidenceLayout.proof(EvidenceLayout.ORDER),
                        "",
                        "signature",
                        "has 0 signatures by the key of log"));
        folders.attack(
                "provider-key-swapped",
                TENANT,
                "a stranger's key as the provider's",
                new TaleFolder(new Tale())
                        .put(EvidenceLayout.PROVIDER_KEY, Parties.STRANGER.verifyingKey().toPem()),
                FolderAttacks.at(
                        EvidenceLayout.PROVIDER_KEY, "lease.provider", "key", "expected "));
        folders.attack(
                "market-key-swapped",
                TENANT,
                "a stranger's key as the market's",
                new TaleFolder(new Tale())
                        .put(EvidenceLayout.MARKET_KEY, Parties.STRANGER.verifyingKey().toPem()),
                FolderAttacks.in(EvidenceLayout.LEASE, "", "key", "the envelope names key"));
    }

    private void bundles() {
        String file = EvidenceLayout.bundle(EvidenceLayout.RESULT);
        Tale tale = new Tale();
        TaleFolder folder = new TaleFolder(tale).bundled();
        folder.files.put(
                file,
                Objects.requireNonNull(
                        folder.files.get(EvidenceLayout.bundle(EvidenceLayout.LEASE))));
        folders.onBundles(
                "bundle-of-another-statement",
                TENANT,
                "the lease's bundle as the result's",
                folder,
                FolderAttacks.at(file, "dsseEnvelope", "bundle", "is not what statements/result"));
        SigstoreBundle honest = bundle(tale);
        TaleFolder older = new TaleFolder(new Tale()).bundled();
        older.files.put(
                file,
                new SigstoreBundle(honest.envelope(), honest.key(), honest.logId(), tale.draw())
                        .bytes());
        folders.onBundles(
                "bundle-of-an-older-checkpoint",
                TENANT,
                "a bundle with a proof of an older checkpoint",
                older,
                FolderAttacks.at(file, "inclusionProof", "bundle", "is not what proofs/result"));
        TaleFolder log = new TaleFolder(new Tale()).bundled();
        log.files.put(
                file,
                new SigstoreBundle(
                                honest.envelope(),
                                honest.key(),
                                Digest.sha256(new byte[0]),
                                honest.proof())
                        .bytes());
        folders.onBundles(
                "bundle-of-another-log",
                TENANT,
                "a bundle with another log's id",
                log,
                FolderAttacks.at(file, "logId", "bundle", "is not what keys/log.vkey"));
        TaleFolder missing = new TaleFolder(new Tale()).bundled();
        missing.files.remove(file);
        folders.onBundles(
                "missing-bundle",
                TENANT,
                "one bundle is left out",
                missing,
                FolderAttacks.at(file, "", "index", "is missing from the folder"));
    }

    private void indexes() {
        folders.attack(
                "index-of-another-lease",
                TENANT,
                "the index names another lease",
                new TaleFolder(new Tale()).indexedFor(LeaseId.parse(OTHER)),
                FolderAttacks.at(
                        EvidenceLayout.INDEX,
                        "evidence.leaseId",
                        "index",
                        "names another lease than the one in the folder"));
        folders.attack(
                "index-from-before-the-work",
                TENANT,
                "the folder is dated before the receipts in it",
                new TaleFolder(new Tale()).indexedOn(Tale.NOW.minusSeconds(60)),
                FolderAttacks.in(
                        EvidenceLayout.receipt(0),
                        "usage.chargePeriodEnd",
                        "period",
                        "is in the future"));
        folders.attack(
                "file-nobody-vouches-for",
                TENANT,
                "a file that is no evidence",
                new TaleFolder(new Tale()).put("work/notes.txt", "trust me\n"),
                FolderAttacks.at("work/notes.txt", "", "layout", "is no part of an evidence"));
        folders.attack(
                "path-out-of-the-folder",
                TENANT,
                "the index speaks of a file beside the folder",
                new TaleFolder(new Tale()).indexing("../secret", Digest.sha256(new byte[0])),
                FolderAttacks.at("../secret", "", "index", "is missing from the folder"));
        folders.attack(
                "file-indexed-twice",
                TENANT,
                "the index has a file twice",
                new TaleFolder(new Tale())
                        .indexing(EvidenceLayout.OUTPUT, Digest.sha256(new byte[0])),
                FolderAttacks.at(
                        EvidenceLayout.INDEX,
                        "statement.subject",
                        "statement",
                        "is not what the predicate speaks of"));
    }

    private void lie(
            String name, String change, String pointer, Object value, String field, String says) {
        folders.lie(TENANT, name, change, VERDICT, pointer, value, in(field, "statement", says));
    }

    private static Expected in(String field, String clause, String says) {
        return FolderAttacks.in(VERDICT, field, clause, says);
    }

    private static SigstoreBundle bundle(Tale tale) {
        Said said = said(tale, EvidenceLayout.RESULT);
        return SigstoreBundle.of(
                said.envelope(),
                said.signer().verifyingKey(),
                tale.log.proof(said.index(), tale.log.size()),
                Parties.LOG.verifyingKey());
    }

    private static Said said(Tale tale, String name) {
        return Objects.requireNonNull(tale.tell().get(name), name);
    }
}
