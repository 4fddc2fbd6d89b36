package dev.assay.verification.history;

import dev.assay.protocol.id.KeyId;
import dev.assay.verification.VerificationException;
import dev.assay.verification.audit.Clause;
import dev.assay.verification.crypto.VerifyingKey;
import dev.assay.verification.history.CheckedLine.Signed;
import dev.assay.verification.keys.KeyHistory;
import dev.assay.verification.keys.KeyPeriod;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which key had the right to sign what, as the log's key statements say in their order. A party is
 * known by one of its keys, and signs with that key or, once the key is registered, with whichever
 * key of the same holder is valid at the entry. A key that is never registered is known by its id
 * alone. Not thread-safe.
 */
final class KeyTrail {
    /** The most keys without a registration that are remembered. */
    private static final int MOST = SignerKeys.MOST;

    private final KeyHistory history;
    private final SignerKeys keys;
    private final Findings findings;
    private final Map<KeyId, Unregistered> unregistered = new LinkedHashMap<>();

    /** What a key signed before the log said whose it is. */
    private record Unregistered(long line, long index, long statements) {}

    KeyTrail(String origin, SignerKeys keys, Findings findings) {
        this.history = new KeyHistory(origin);
        this.keys = keys;
        this.findings = findings;
    }

    /**
     * Takes in a statement about a key. One that is refused counts for nothing.
     *
     * @return the period that it began or ended
     */
    Optional<KeyPeriod> append(Signed line) {
        try {
            KeyPeriod period = history.append(line.index(), line.envelope());
            String what =
                    period.end().isEmpty()
                            ? " of " + period.holder() + " is valid from entry " + period.from()
                            : " of " + period.holder() + " ended at entry " + line.index();
            findings.proved(
                    Clause.KEY_STATEMENT,
                    HistoryLayout.line(line.number()),
                    "key " + period.key().keyId().brief() + what);
            return Optional.of(period);
        } catch (VerificationException e) {
            findings.note(
                    Clause.KEY_STATEMENT,
                    HistoryLayout.line(line.number()),
                    "the key statement changes nothing: " + e.getMessage());
            return Optional.empty();
        }
    }

    /**
     * Whether the signer had the right to sign for a party; told when it had not.
     *
     * @param party a key of the party's
     * @param field what names the party
     */
    boolean allows(Signed line, KeyId party, String field) {
        Optional<KeyPeriod> period = history.period(line.signer());
        if (!isSame(line.signer(), party)) {
            return refuse(
                    line, field, "key " + line.signer().brief() + " signed, not " + party.brief());
        }
        if (period.isEmpty()) {
            unregistered(line);
            return true;
        }
        return period.get().covers(line.index()) || refuse(line, field, reason(period.get()));
    }

    private boolean refuse(Signed line, String field, String why) {
        findings.refuted(Clause.KEY_VALIDITY, HistoryLayout.line(line.number()), field, why);
        return false;
    }

    private static String reason(KeyPeriod period) {
        return "key "
                + period.key().keyId().brief()
                + " of "
                + period.holder()
                + period.end()
                        .map(
                                end ->
                                        switch (end.how()) {
                                                    case ROTATED -> " was rotated away at entry ";
                                                    case REVOKED -> " was revoked at entry ";
                                                }
                                                + end.index())
                        .orElse(" is registered from entry " + period.from() + " on");
    }

    private void unregistered(Signed line) {
        Unregistered before = unregistered.get(line.signer());
        if (before != null) {
            unregistered.put(
                    line.signer(),
                    new Unregistered(before.line(), before.index(), before.statements() + 1));
        } else if (unregistered.size() < MOST) {
            unregistered.put(line.signer(), new Unregistered(line.number(), line.index(), 1));
        }
    }

    /** The keys of a party, as far as they are known by now. */
    List<VerifyingKey> of(KeyId party) {
        List<VerifyingKey> own = new ArrayList<>();
        keys.find(party).ifPresent(own::add);
        history.period(party)
                .ifPresent(
                        known -> {
                            for (KeyPeriod period : history.periods()) {
                                if (period.holder().equals(known.holder())
                                        && !own.contains(period.key())) {
                                    own.add(period.key());
                                }
                            }
                        });
        return List.copyOf(own);
    }

    /** Whether two keys are of one party, as far as is known by now. */
    boolean isSame(KeyId one, KeyId other) {
        return history.isOneParty(one, other);
    }

    /** What is known of keys only at the end: of some, nothing was ever registered. */
    void finish() {
        unregistered.forEach(
                (key, signed) ->
                        history.period(key).ifPresent(period -> registeredLater(period, signed)));
        long unknown =
                unregistered.keySet().stream().filter(key -> history.period(key).isEmpty()).count();
        if (unknown > 0) {
            findings.note(
                    Clause.IDENTITY,
                    HistoryLayout.STATEMENTS,
                    "signed with "
                            + unknown
                            + " keys that the log does not register: whose they are, compare"
                            + " yourself");
        }
    }

    private void registeredLater(KeyPeriod period, Unregistered signed) {
        findings.unchecked(
                Clause.KEY_VALIDITY,
                HistoryLayout.line(signed.line()),
                "signatures[0].keyid",
                "key "
                        + period.key().keyId().brief()
                        + " is registered from entry "
                        + period.from()
                        + " on; it signed "
                        + signed.statements()
                        + " statements before, from entry "
                        + signed.index()
                        + " on");
    }
}
