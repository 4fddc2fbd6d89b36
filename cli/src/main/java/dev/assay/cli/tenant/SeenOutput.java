package dev.assay.cli.tenant;

import dev.assay.protocol.market.Output;
import dev.assay.protocol.market.OutputLine;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which output was shown already: an agent that was restarted reads its containers' logs from their
 * beginning again. Of one stream no line is older than one before it. Not thread-safe.
 */
final class SeenOutput {
    private final Map<Source, Last> seen = new HashMap<>();

    private record Source(int index, OutputLine.Stream stream) {}

    /** The newest instant, and what was written in it. */
    private record Last(Instant time, Set<String> texts) {}

    /** What of this was not shown yet. */
    Output fresh(Output output) {
        List<OutputLine> lines = new ArrayList<>();
        for (OutputLine line : output.lines()) {
            if (isFresh(line)) {
                lines.add(line);
            }
        }
        return new Output(lines, output.dropped());
    }

    private boolean isFresh(OutputLine line) {
        Source source = new Source(line.index(), line.stream());
        Last last = seen.get(source);
        if (last == null || line.time().isAfter(last.time())) {
            seen.put(source, new Last(line.time(), new HashSet<>(Set.of(line.text()))));
            return true;
        }
        return line.time().equals(last.time()) && last.texts().add(line.text());
    }
}
