package dev.assay.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.google.common.util.concurrent.Uninterruptibles;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.security.AuthProvider;
import java.security.KeyStore;

/** The rules of docs/architecture.md. */
@AnalyzeClasses(
        packages = "dev.assay",
        importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.NoTestJars.class})
class ArchitectureTest {
    /** Tests of another module, which this one's tests use. */
    static final class NoTestJars implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("-tests.jar");
        }
    }

    /** Which module may see which; a module sees what its dependencies see. */
    @ArchTest
    static final ArchRule modules_dependOnlyAsDrawn =
            layeredArchitecture()
                    .consideringOnlyDependenciesInAnyPackage("dev.assay..")
                    .layer("protocol")
                    .definedBy("dev.assay.protocol..")
                    .layer("models")
                    .definedBy("dev.assay.models..")
                    .layer("runtime")
                    .definedBy("dev.assay.runtime..")
                    .layer("verification")
                    .definedBy("dev.assay.verification..")
                    .layer("market")
                    .definedBy("dev.assay.market..")
                    .layer("agent")
                    .definedBy("dev.assay.agent..")
                    .layer("cli")
                    .definedBy("dev.assay.cli..")
                    .whereLayer("cli")
                    .mayNotBeAccessedByAnyLayer()
                    .whereLayer("market")
                    .mayOnlyBeAccessedByLayers("cli")
                    .whereLayer("agent")
                    .mayOnlyBeAccessedByLayers("cli")
                    .whereLayer("verification")
                    .mayOnlyBeAccessedByLayers("market", "agent", "cli")
                    .whereLayer("runtime")
                    .mayOnlyBeAccessedByLayers("agent", "cli")
                    .whereLayer("models")
                    .mayOnlyBeAccessedByLayers("runtime", "verification", "market", "agent", "cli");

    @ArchTest
    static final ArchRule packages_haveNoCycles =
            slices().matching("dev.assay.(*).(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule djl_staysInItsAdapter =
            confined("ai.djl..", "dev.assay.runtime.pytorch..");

    @ArchTest
    static final ArchRule oshi_staysInItsAdapter = confined("oshi..", "dev.assay.runtime.host..");

    @ArchTest
    static final ArchRule jna_staysInItsAdapter =
            confined("com.sun.jna..", "dev.assay.runtime.host..");

    @ArchTest
    static final ArchRule dockerJava_staysInItsAdapter =
            confined("com.github.dockerjava..", "dev.assay.runtime.docker..");

    @ArchTest
    static final ArchRule jcuda_staysInItsAdapter = confined("jcuda..", "dev.assay.runtime.cuda..");

    /** Foreign functions: NVML, a look-up before JCuda, the kernel's log. */
    @ArchTest
    static final ArchRule foreignFunctions_stayInTheirAdapters =
            noClasses()
                    .that(
                            not(
                                    resideInAnyPackage(
                                            "dev.assay.runtime.nvml..",
                                            "dev.assay.runtime.cuda..",
                                            "dev.assay.runtime.host..")))
                    .should()
                    .dependOnClassesThat()
                    .belongToAnyOf(Linker.class, SymbolLookup.class);

    @ArchTest
    static final ArchRule grpc_staysInItsAdapter =
            confined("io.grpc..", "dev.assay.protocol.rpc..");

    @ArchTest
    static final ArchRule protobuf_staysInItsAdapters =
            noClasses()
                    .that(
                            not(
                                    resideInAnyPackage(
                                            "dev.assay.protocol.rpc..", "dev.assay.models.onnx..")))
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("com.google.protobuf..");

    @ArchTest
    static final ArchRule generatedMessages_stayInTheirAdapter =
            confined("dev.assay.protocol.rpc.proto..", "dev.assay.protocol.rpc..");

    @ArchTest
    static final ArchRule sql_staysInTheStores =
            noClasses()
                    .that(
                            not(
                                    resideInAnyPackage(
                                            "dev.assay.market.store..",
                                            "dev.assay.agent.journal..")))
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "java.sql..", "org.jdbi..", "org.flywaydb..", "org.sqlite..");

    @ArchTest
    static final ArchRule bouncyCastle_staysInItsAdapter =
            confined("org.bouncycastle..", "dev.assay.verification.crypto..");

    /** PKCS#11 tokens are key stores of the JDK. */
    @ArchTest
    static final ArchRule tokens_stayInTheirAdapter =
            noClasses()
                    .that(not(resideInAPackage("dev.assay.verification.crypto..")))
                    .should()
                    .dependOnClassesThat()
                    .belongToAnyOf(KeyStore.class, AuthProvider.class);

    @ArchTest
    static final ArchRule http_staysInItsAdapter =
            noClasses()
                    .that(not(resideInAPackage("dev.assay.verification.http..")))
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("com.sun.net.httpserver..", "java.net.http..");

    @ArchTest
    static final ArchRule picocli_staysInTheCommands =
            noClasses()
                    .that(not(resideInAnyPackage("dev.assay.cli", "dev.assay.cli.command..")))
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("picocli..");

    /** An owner's wait for its thread; what else there is comes with the JDK. */
    @ArchTest
    static final ArchRule guava_onlyWaits =
            noClasses()
                    .that(not(resideInAPackage("dev.assay.protocol.rpc.proto..")))
                    .should()
                    .dependOnClassesThat(
                            resideInAPackage("com.google.common..")
                                    .and(not(equivalentTo(Uninterruptibles.class))));

    /** Only daemons and the command log; libraries return values. */
    @ArchTest
    static final ArchRule libraries_doNotLog =
            noClasses()
                    .that(
                            resideInAnyPackage(
                                    "dev.assay.protocol..",
                                    "dev.assay.models..",
                                    "dev.assay.runtime..",
                                    "dev.assay.verification.."))
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("org.slf4j..");

    /** The path that a dispute ends on is plain Java. */
    @ArchTest
    static final ArchRule exactEngine_isPlainJava =
            classes()
                    .that(resideInAPackage("dev.assay.runtime.exact.."))
                    .should()
                    .onlyDependOnClassesThat(
                            resideInAnyPackage(
                                    "java..",
                                    "jdk.incubator.vector..",
                                    "org.jspecify..",
                                    "dev.assay.runtime.exact..",
                                    "dev.assay.models..",
                                    "dev.assay.protocol.."));

    @ArchTest
    static final ArchRule names_areByRole =
            noClasses()
                    .should()
                    .haveSimpleNameEndingWith("Util")
                    .orShould()
                    .haveSimpleNameEndingWith("Utils")
                    .orShould()
                    .haveSimpleNameEndingWith("Helper")
                    .orShould()
                    .haveSimpleNameEndingWith("Manager")
                    .orShould()
                    .haveSimpleNameEndingWith("Impl");

    private static ArchRule confined(String vendor, String adapter) {
        return noClasses()
                .that(not(resideInAPackage(adapter)))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(vendor);
    }
}
