package dev.assay.cli.command;

import dev.assay.verification.VerificationException;
import dev.assay.verification.VerificationException.Code;
import dev.assay.verification.audit.EvidenceLayout;
import dev.assay.verification.bundle.SigstoreBundle;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** What there is to audit. */
sealed interface AuditTarget {
    /** An evidence folder. */
    record Folder(Path path) implements AuditTarget {
        @Override
        public String kind() {
            return "evidence folder";
        }

        @Override
        public String place() {
            return path.toString();
        }
    }

    /** A Sigstore bundle, which could be read. */
    record Bundle(Path path, SigstoreBundle bundle) implements AuditTarget {
        @Override
        public String kind() {
            return "bundle";
        }

        @Override
        public String place() {
            return path.toString();
        }
    }

    /** A log, in a directory or at a URL. */
    record Log(String place) implements AuditTarget {
        @Override
        public String kind() {
            return "log";
        }
    }

    /** What kind of thing it is, for reports. */
    String kind();

    /** Where it is. */
    String place();

    /** Finds out what a path or URL names; fails when it is nothing that can be audited. */
    static AuditTarget at(String place) throws VerificationException {
        if (LogPlace.isUrl(place)) {
            return new Log(place);
        }
        Path path = LogPlace.path(place);
        if (Files.isDirectory(path)) {
            return directory(path);
        }
        if (!Files.exists(path)) {
            throw refused(
                    "there is nothing at "
                            + place
                            + "; name an evidence folder, a bundle, or the directory or URL of a"
                            + " log");
        }
        return bundle(path);
    }

    private static AuditTarget directory(Path path) throws VerificationException {
        if (EvidenceLayout.isPresent(path)) {
            return new Folder(path);
        }
        if (Files.exists(path.resolve("checkpoint"))) {
            return new Log(path.toString());
        }
        throw refused(
                path
                        + " is no evidence folder and no log: it has none of their files; name the"
                        + " folder that assay run printed, or the directory that holds checkpoint");
    }

    private static AuditTarget bundle(Path path) throws VerificationException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(path)) {
            bytes = in.readNBytes(SigstoreBundle.MAX_BYTES + 1);
        } catch (IOException e) {
            throw new VerificationException(
                    Code.IO, "cannot read " + path + ": " + e + "; make it readable", e);
        }
        try {
            return new Bundle(path, SigstoreBundle.parse(bytes));
        } catch (VerificationException e) {
            throw new VerificationException(
                    e.code(),
                    path
                            + " is no Sigstore bundle ("
                            + e.getMessage()
                            + "); name a NAME.sigstore.json, or the folder that the file is in",
                    e);
        }
    }

    private static VerificationException refused(String why) {
        return new VerificationException(Code.IO, why);
    }
}
