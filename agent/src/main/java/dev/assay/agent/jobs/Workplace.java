package dev.assay.agent.jobs;

import dev.assay.agent.claims.ClaimLedger;
import dev.assay.agent.hardware.Vouching;
import dev.assay.agent.journal.Journal;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.runtime.host.HostFacts;
import dev.assay.runtime.metering.Sampler;
import dev.assay.verification.crypto.SigningKey;

import java.time.Duration;
import java.time.InstantSource;

/**
 * What every attempt of an agent works with; all of it is the agent's.
 *
 * @param key the provider's attestation key
 * @param claims grants the machine's GPUs
 * @param vouching asks the machine's hardware
 * @param host the machine, as receipts name its devices
 * @param receiptInterval how often a receipt is signed while an attempt runs
 */
public record Workplace(
        SigningKey key,
        Journal journal,
        ClaimLedger claims,
        BlobStore blobs,
        Engines engines,
        Containers containers,
        Vouching vouching,
        HostFacts host,
        Sampler sampler,
        InstantSource clock,
        Duration receiptInterval) {}
