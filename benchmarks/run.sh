#!/usr/bin/env bash
# Runs a benchmark and records its result, with machine, JDK and date, in benchmarks/results/.
#
#   benchmarks/run.sh matmul     exact engine against DJL/PyTorch, matrix products of 512 to 4096, 1 and 2 threads
#   benchmarks/run.sh digits     builtin:digits on both engines, rows/s; the cost of commitments and of the trace
#   benchmarks/run.sh training   training builtin:digits on both engines, steps/s, SGD and Adam, 1 and 2 threads
#   benchmarks/run.sh runner     PyTorch in a runner process against PyTorch in process; time to the first row
#   benchmarks/run.sh tolerance  how far honest PyTorch outputs are from the exact engine's
#   benchmarks/run.sh training-tolerance  the same of trained weights, and how far cheats are
#   benchmarks/run.sh metering   what sampling costs, with 0, 1 and 8 GPUs of a library that pretends
#   benchmarks/run.sh idle       an agent without work: resident memory and processor time
#   benchmarks/run.sh containers from the order to start a container to its first output, against docker run
#   benchmarks/run.sh signatures P-256 signatures and verifications a core, against the JDK and Bouncy Castle's provider
#   benchmarks/run.sh bundles    Sigstore bundles verified a second, against sigstore-js; how long bundles are
#   benchmarks/run.sh log        durable appends to the log: entries/s, latency, forces; opening and checking a large one
#   benchmarks/run.sh history    assay audit of a whole history of 1,000,000 receipts, which is made first
#   benchmarks/run.sh commands   whole processes: assay --help, assay run examples/digits.yaml, assay audit
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

java=${ASSAY_JAVA:-${JAVA_HOME:-}}
for home in "$java" /usr/lib/jvm/*; do
  if [ -n "$home" ] && grep -qs '^JAVA_VERSION="25[".]' "$home/release"; then java=$home; break; fi
done
classpath=benchmarks/target/benchmark.classpath

build() {
  mvn -q -B -Dmaven.test.skip=true -pl benchmarks -am package dependency:build-classpath \
    -Dmdep.outputFile=target/benchmark.classpath -DincludeScope=runtime
}

program() { # class, arguments
  "$java/bin/java" -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
    --add-modules jdk.incubator.vector -cp "benchmarks/target/classes:$(cat $classpath)" "$@"
}

case "${1:-}" in
  matmul)
    build
    program dev.assay.benchmarks.exact.MatMulComparison benchmarks/results 5 512 1024 2048 4096
    ;;
  digits)
    build
    for threads in 1 2; do
      program dev.assay.benchmarks.digits.DigitsComparison "$threads" 7 "benchmarks/results/digits-$threads.json"
    done
    ;;
  training)
    build
    for threads in 1 2; do
      program dev.assay.benchmarks.training.TrainingComparison "$threads" 7 "benchmarks/results/training-$threads.json"
    done
    ;;
  runner)
    build
    for threads in 1 2; do
      program dev.assay.benchmarks.runner.RunnerComparison "$threads" 7 "benchmarks/results/runner-$threads.json"
    done
    ;;
  tolerance)
    build
    program dev.assay.benchmarks.digits.ToleranceCalibration 2 benchmarks/results/tolerance.json
    ;;
  training-tolerance)
    build
    program dev.assay.benchmarks.training.TrainingCalibration 12 benchmarks/results/training-tolerance.json
    ;;
  metering)
    build
    program dev.assay.benchmarks.metering.MeteringCost 60 benchmarks/results/metering.json
    ;;
  idle)
    build
    program dev.assay.benchmarks.metering.IdleAgent 60 benchmarks/results/idle-agent.json
    ;;
  containers)
    build
    program dev.assay.benchmarks.containers.ContainerStart 21 benchmarks/results/containers.json
    ;;
  signatures)
    build
    program dev.assay.benchmarks.signatures.SignatureSpeed 15 benchmarks/results/signatures.json
    ;;
  bundles)
    (cd referees && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
    build
    program dev.assay.benchmarks.bundles.BundleVerification 9 2000 1000000 benchmarks/results/bundles.json
    ;;
  log)
    build
    program dev.assay.benchmarks.log.DurableAppends 10 64,256,1024 1000000 benchmarks/target benchmarks/results/log.json
    ;;
  history)
    ./assay version > /dev/null
    build
    folder=${ASSAY_HISTORY:-${TMPDIR:-/tmp}/history-1m}
    if [ ! -e "$folder/history.json" ]; then
      program dev.assay.benchmarks.history.HistoryMaker "$folder" 5000 200
    fi
    program dev.assay.benchmarks.history.HistoryAuditSpeed 3 320m "$folder" benchmarks/results/history.json
    ;;
  commands)
    ./assay version > /dev/null
    build
    program dev.assay.benchmarks.commands.CommandTimes 7 benchmarks/results/commands.json
    ;;
  *)
    sed -n '2,17s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
    exit 3
    ;;
esac
