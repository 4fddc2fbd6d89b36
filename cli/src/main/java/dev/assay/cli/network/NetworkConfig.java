package dev.assay.cli.network;

import dev.assay.agent.hardware.EvidenceProgram;

import java.util.List;

/**
 * What whoever runs a local network chose.
 *
 * @param agents how many agents bid, 1 to {@link LocalNetwork#MOST_AGENTS}
 * @param witnesses who cosigns the checkpoints of the market's log
 * @param evidence the programs by which the agents ask the machine's hardware
 */
public record NetworkConfig(int agents, WitnessPolicy witnesses, List<EvidenceProgram> evidence) {
    public NetworkConfig {
        evidence = List.copyOf(evidence);
    }
}
