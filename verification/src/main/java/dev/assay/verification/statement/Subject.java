package dev.assay.verification.statement;

import dev.assay.protocol.id.Digest;

/** What a statement is about: a name and the digest of the bytes. */
public record Subject(String name, Digest digest) {
    public Subject {
        FreeText.require("name", name);
    }
}
