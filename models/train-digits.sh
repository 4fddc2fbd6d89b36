#!/bin/sh
# Trains builtin:digits from labelled rows (64 integers 0..16, then the digit) and writes its package
# into the resources of this module. The same rows on the same kind of processor give the same bytes.
#
#   models/train-digits.sh TRAIN.csv
set -eu

if [ $# -ne 1 ] || [ ! -r "$1" ]; then
    echo "usage: models/train-digits.sh TRAIN.csv" >&2
    exit 64
fi
rows=$(realpath "$1")
cd "$(dirname "$0")/.."
out=models/src/main/resources/dev/assay/models/builtin/digits

mvn -q -B -pl runtime -am package dependency:build-classpath -DskipTests \
    -Dmdep.includeScope=runtime -Dmdep.outputFile=target/classpath.txt
"${JAVA_HOME:?set JAVA_HOME to a JDK 25}/bin/java" \
    --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
    -cp "runtime/target/classes:$(cat runtime/target/classpath.txt)" \
    dev.assay.runtime.pytorch.TrainDigits "$rows" "$out" runtime/target/djl
