#!/usr/bin/env bash
# Makes a folder that tries and measures GPUs on a machine with nothing but NVIDIA's driver (x86-64 Linux): a small Java
# runtime, the jars, and a command. Runs it here when this machine has such a driver.
#
#   benchmarks/gpu/run.sh [FOLDER]     default: benchmarks/target/gpu
#
# Copy the folder to the machine with the GPU and run there:
#
#   FOLDER/try-gpus [RESULT.json]      inventory, checks of the meters under load, every kernel; default: gpu.json
#   FOLDER/assay inspect               the inventory, for people
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
folder=${1:-benchmarks/target/gpu}
limit=$((60 * 1000 * 1000))

java=
for home in "${ASSAY_JAVA:-}" "${JAVA_HOME:-}" /usr/lib/jvm/*; do
  if [ -n "$home" ] && [ -x "$home/bin/jlink" ] && grep -qs '^JAVA_VERSION="25[".]' "$home/release"; then java=$home && break; fi
done
if [ -z "$java" ]; then
  echo "gpu: needs a JDK 25 with jlink; set ASSAY_JAVA to its directory" >&2
  exit 3
fi

mvn -q -B -Dmaven.test.skip=true -pl benchmarks -am package dependency:build-classpath \
  -Dmdep.outputFile=target/benchmark.classpath -DincludeScope=runtime

rm -rf "$folder"
mkdir -p "$folder/lib"
"$java/bin/jlink" --output "$folder/runtime" --strip-debug --no-header-files --no-man-pages --compress zip-9 \
  --add-modules java.base,java.logging,java.management,java.naming,java.xml,jdk.incubator.vector,jdk.unsupported
if command -v strip > /dev/null; then strip --strip-unneeded "$folder/runtime/lib/server/libjvm.so"; fi

for module in protocol models runtime verification market agent cli benchmarks; do
  cp "$module"/target/assay-"$module"-*.jar "$folder/lib/"
done
# Of the libraries those that an inventory and the CUDA driver take; of JCuda's natives those of the driver.
tr ':' '\n' < benchmarks/target/benchmark.classpath |
  grep -E '/(jackson|java-json|jcuda|jna|jspecify|logback|oshi|picocli|slf4j|snakeyaml)[^/]*\.jar$' |
  while read -r jar; do cp "$jar" "$folder/lib/"; done
natives=$(basename "$folder"/lib/jcuda-natives-*)
(cd "$folder" && mkdir natives && cd natives && "$java/bin/jar" xf "../lib/$natives" &&
  rm lib/libJNv* && "$java/bin/jar" cf "../lib/$natives" . && cd .. && rm -r natives)

launcher() { # name, class
  cat > "$folder/$1" << LAUNCHER
#!/bin/sh
here=\$(dirname "\$(readlink -f "\$0")")
exec "\$here/runtime/bin/java" -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED \\
  --sun-misc-unsafe-memory-access=allow --add-modules jdk.incubator.vector -cp "\$here/lib/*" $2 "\$@"
LAUNCHER
  chmod +x "$folder/$1"
}
launcher assay dev.assay.cli.Assay
launcher gpu-record dev.assay.benchmarks.gpu.GpuRecord
cat > "$folder/try-gpus" << 'LAUNCHER'
#!/bin/sh
exec "$(dirname "$(readlink -f "$0")")/gpu-record" "${1:-gpu.json}"
LAUNCHER
chmod +x "$folder/try-gpus"

"$folder/assay" inspect --json > /dev/null || [ $? = 1 ] # 1: it found something wrong with this machine
size=$(du -sb "$folder" | cut -f1)
echo "gpu: $folder, $((size / 1000 / 1000)) MB; copy it to a machine with a GPU and run try-gpus there"
if [ "$size" -ge "$limit" ]; then
  echo "gpu: that is more than the $((limit / 1000 / 1000)) MB it may have" >&2
  exit 1
fi
if [ -e /proc/driver/nvidia/version ]; then
  "$folder/try-gpus" "benchmarks/results/gpu.json"
else
  echo "gpu: no NVIDIA driver here, so nothing was run"
fi
