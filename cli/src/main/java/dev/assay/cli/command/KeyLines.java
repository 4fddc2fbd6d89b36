package dev.assay.cli.command;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.cli.keys.HomeKey;
import dev.assay.cli.keys.HomeKeys;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.verification.keys.KeyHistory;
import dev.assay.verification.keys.KeyPeriod;

import java.util.Locale;
import java.util.Optional;

/** What is said of a key: its public side, and what the home's log says of it. */
record KeyLines(KeyHistory history) {
    String line(HomeKey key) {
        return String.format(
                Locale.ROOT,
                "%-18s %s  %s%s",
                key.name(),
                key.publicHalf().keyId().hex(),
                key.protection().word(),
                period(key).map(period -> ", " + standing(period)).orElse(""));
    }

    ObjectNode json(HomeKey key) {
        ObjectNode json =
                CanonicalJson.object()
                        .put("name", key.name())
                        .put("keyId", key.publicHalf().keyId().hex())
                        .put("publicKey", key.publicHalf().toPem())
                        .put("protection", key.protection().name());
        if (key.publicHalf() instanceof HomeKey.Log log) {
            json.put("vkey", log.key().vkey());
        }
        period(key)
                .ifPresent(
                        period -> {
                            ObjectNode logged = json.putObject("registered");
                            logged.put("log", HomeKeys.LOG_ORIGIN)
                                    .put("role", period.holder().role().name())
                                    .put("name", period.holder().name())
                                    .put("from", Long.toString(period.from()));
                            period.end()
                                    .ifPresent(
                                            end ->
                                                    logged.put("until", Long.toString(end.index()))
                                                            .put("ended", end.how().name()));
                        });
        return json;
    }

    private Optional<KeyPeriod> period(HomeKey key) {
        return history.period(key.publicHalf().keyId());
    }

    static String standing(KeyPeriod period) {
        return period.holder()
                + " from log entry "
                + period.from()
                + period.end()
                        .map(
                                end ->
                                        switch (end.how()) {
                                                    case ROTATED -> ", rotated away at ";
                                                    case REVOKED -> ", REVOKED at ";
                                                }
                                                + end.index())
                        .orElse("");
    }
}
