package dev.assay.verification.audit;

import dev.assay.models.engine.Engine;
import dev.assay.protocol.id.Digest;
import dev.assay.verification.attest.Papers;
import dev.assay.verification.attest.SignedStatement;
import dev.assay.verification.check.TinyModel.TinyEngine;
import dev.assay.verification.dsse.Envelope;
import dev.assay.verification.hardware.TrustRoots;
import dev.assay.verification.statement.Statement;
import dev.assay.verification.statement.Subject;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** An evidence folder under attack. */
record Folder(Path path) {
    AuditReport audit(FolderAudit.Extent extent) {
        return new FolderAudit(new TinyEngine(), extent, _ -> {}).audit(path);
    }

    /** An audit on another engine. */
    AuditReport audit(Engine engine) {
        return new FolderAudit(engine, FolderAudit.Extent.DRAWN, _ -> {}).audit(path);
    }

    /** An audit that trusts these roots of hardware. */
    AuditReport audit(TrustRoots roots) {
        return new FolderAudit(
                        new TinyEngine(),
                        FolderAudit.Extent.DRAWN,
                        _ -> {},
                        CheckpointAudit.ALONE,
                        roots)
                .audit(path);
    }

    AuditReport audit() {
        return audit(FolderAudit.Extent.DRAWN);
    }

    /** Every file's bytes by name. */
    Map<String, byte[]> files() throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(path)) {
            for (Path file : paths.filter(Files::isRegularFile).toList()) {
                files.put(path.relativize(file).toString(), Files.readAllBytes(file));
            }
        }
        return files;
    }

    Path file(String name) {
        return path.resolve(name);
    }

    void write(String name, byte[] bytes) {
        try {
            Files.createDirectories(file(name).getParent());
            Files.write(file(name), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a dishonest tenant can do: sign for the folder as it is now. */
    void signAgain(Papers papers) throws Exception {
        Envelope index = Envelope.parse(Files.readAllBytes(file(EvidenceLayout.INDEX)));
        List<Subject> subjects = new ArrayList<>();
        for (Map.Entry<String, byte[]> entry : files().entrySet()) {
            if (!entry.getKey().equals(EvidenceLayout.INDEX)) {
                subjects.add(new Subject(entry.getKey(), Digest.sha256(entry.getValue())));
            }
        }
        Statement statement = new Statement(subjects, Statement.parse(index.payload()).predicate());
        write(EvidenceLayout.INDEX, SignedStatement.sign(statement, papers.tenant).bytes());
    }
}
