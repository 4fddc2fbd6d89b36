#!/usr/bin/env bash
# Fuzzes parsers with Jazzer (docs/fuzzing.md).
#
#   fuzz/run.sh [--seconds N] [TARGET ...]   so long each, one after the other; without targets, every one
#   fuzz/run.sh --runs N                     so many inputs over all targets together, always the same ones
#
# What the fuzzer found new lies in fuzz/target/found/TARGET, what broke a promise in fuzz/target/broken/TARGET.
# The exit code is 0 when nothing did.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."

seconds=60 runs=
while [ $# -gt 0 ]; do
  case $1 in
    --seconds) seconds=$2; shift 2 ;;
    --runs) runs=$2; shift 2 ;;
    -*) sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
    *) break ;;
  esac
done

classpath=fuzz/target/fuzz.classpath
changed() {
  [ ! -f "$classpath" ] || [ -n "$(find pom.xml ./*/pom.xml ./*/src fuzz/src -newer "$classpath" -print -quit)" ]
}
if changed; then
  mvn -B -q -pl fuzz -am test-compile
  touch "$classpath"
fi
java=java
for home in "${ASSAY_JAVA:-}" "${JAVA_HOME:-}" /usr/lib/jvm/*; do
  if [ -n "$home" ] && grep -qs '^JAVA_VERSION="25[".]' "$home/release"; then
    java=$home/bin/java
    break
  fi
done

# The JDK's classes are not instrumented, nor what our tests bring.
parsers='dev.assay.**:com.fasterxml.jackson.core.**:org.erdtman.**:org.yaml.snakeyaml.**:com.google.protobuf.CodedInputStream**'

# TARGET ARGUMENTS...: fails when a promise was broken.
jazzer() {
  local target=$1
  shift
  rm -rf "fuzz/target/broken/$target"
  mkdir -p "fuzz/target/found/$target" "fuzz/target/broken/$target"
  "$java" -Xmx1g -XX:+UseSerialGC -XX:+EnableDynamicAgentLoading --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
    -cp "fuzz/target/test-classes:$(cat "$classpath")" com.code_intelligence.jazzer.Jazzer \
    --target_class=dev.assay.fuzz.Fuzz --target_args="$target" --instrumentation_includes="$parsers" \
    --custom_hook_includes="$parsers" --disabled_hooks=com.code_intelligence.jazzer.sanitizers.RegexRoadblocks --keep_going=20 --reproducer_path="fuzz/target/broken/$target" \
    -artifact_prefix="fuzz/target/broken/$target/" -timeout=10 -print_final_stats=1 "$@"
  # Jazzer goes on after a finding, and then ends well.
  [ -z "$(find "fuzz/target/broken/$target" -name 'crash-*' -o -name 'timeout-*' -o -name 'oom-*')" ]
}

if [ -n "$runs" ]; then
  mixed=fuzz/target/mixed
  rm -rf "$mixed" fuzz/target/found/all && mkdir -p "$mixed"
  "$java" -cp "fuzz/target/test-classes:$(cat "$classpath")" dev.assay.fuzz.MixedCorpus fuzz/corpus "$mixed"
  # On a busy machine, instrumenting a class can take seconds of the first inputs.
  jazzer all -runs="$runs" -seed=1 -max_len=4096 -timeout=120 fuzz/target/found/all "$mixed"
  exit 0
fi

[ $# -gt 0 ] || mapfile -t targets < <(ls fuzz/corpus)
[ $# -eq 0 ] || targets=("$@")
failed=0
for target in "${targets[@]}"; do
  echo "== $target"
  jazzer "$target" -max_total_time="$seconds" -max_len=8192 "fuzz/target/found/$target" "fuzz/corpus/$target" || failed=1
done
exit "$failed"
