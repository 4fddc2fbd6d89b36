package dev.assay.cli.tenant;

import dev.assay.protocol.job.JobFile;
import dev.assay.protocol.job.JobSpec;

/**
 * A job file whose paths became digests, with the blobs in the store.
 *
 * @param file as the tenant wrote it
 * @param spec as it is ordered
 */
public record ResolvedJob(JobFile file, JobSpec spec) {}
