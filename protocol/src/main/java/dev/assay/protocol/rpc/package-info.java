/**
 * gRPC adapter of the services. Protobuf and gRPC types stay in this package and the one generated
 * below it.
 */
@NullMarked
package dev.assay.protocol.rpc;

import org.jspecify.annotations.NullMarked;
