package dev.assay.protocol.job;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.assay.protocol.id.Digest;
import dev.assay.protocol.json.CanonicalJson;
import dev.assay.protocol.json.JsonException;
import dev.assay.protocol.json.JsonFields;
import dev.assay.protocol.money.Denom;
import dev.assay.protocol.money.MicroAmount;
import dev.assay.protocol.money.Price;
import dev.assay.protocol.money.PriceUnit;

import java.util.Optional;

/**
 * What a tenant orders, with everything named by digest: two specs with the same digest ask for the
 * same work on the same terms.
 *
 * @param name for people; letters, digits and {@code -_.}
 * @param maxPrice the most the tenant pays per unit
 */
public record JobSpec(
        String name, Resources resources, Work work, Price maxPrice, Verification verify) {
    static final String VERSION = "assay/v1";
    private static final int MAX_CPUS = 1 << 16;

    public JobSpec {
        if (resources.cpu() < 1 || resources.memoryBytes() < 1) {
            throw new IllegalArgumentException("a job needs cpu ≥ 1 and memory ≥ 1 byte");
        }
        if (!isName(name)) {
            throw new IllegalArgumentException(
                    "'"
                            + name
                            + "' is no job name (letters, digits, '-', '_' and '.', at most 64)");
        }
        if (work instanceof Training training
                && training.engine() == EngineName.PYTORCH
                && resources.gpus() > 0) {
            throw new IllegalArgumentException(
                    "a training on engine pytorch uses no gpus: how far a GPU's steps are from"
                            + " those they are compared with was not measured; ask for none");
        }
    }

    static boolean isName(String name) {
        return name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    }

    /** How many devices a time-based price counts: GPUs, or CPUs. */
    public int devices() {
        return switch (maxPrice.unit()) {
            case GPU_HOUR -> resources.gpus();
            case CPU_HOUR -> resources.cpu();
            case THOUSAND_ROWS -> 1;
        };
    }

    public ObjectNode json() {
        ObjectNode json = CanonicalJson.object();
        json.put("version", VERSION).put("name", name);
        json.putObject("resources")
                .put("cpu", resources.cpu())
                .put("memoryBytes", Long.toString(resources.memoryBytes()))
                .put("storageBytes", Long.toString(resources.storageBytes()))
                .put("gpus", resources.gpus());
        json.set(work.kind(), work.json());
        json.set("price", price(maxPrice));
        json.putObject("verify").put("auditBasisPoints", verify.auditBasisPoints());
        return json;
    }

    /** SHA-256 of the canonical JSON. */
    public Digest digest() {
        return CanonicalJson.digest(json());
    }

    /** Reads what {@link #json} writes. */
    public static JobSpec parse(JsonFields json) throws JsonException {
        json.text("version", VERSION);
        String name = json.text("name");
        JsonFields r = json.object("resources");
        Work work = work(json);
        JsonFields v = json.object("verify");
        try {
            JobSpec spec =
                    new JobSpec(
                            name,
                            new Resources(
                                    r.integer("cpu", 1, MAX_CPUS),
                                    r.quantity("memoryBytes"),
                                    r.quantity("storageBytes"),
                                    r.integer("gpus", 0, 1024)),
                            work,
                            parsePrice(json.object("price")),
                            new Verification(v.integer("auditBasisPoints", 1, 10_000)));
            r.end();
            v.end();
            json.end();
            return spec;
        } catch (IllegalArgumentException e) {
            throw json.error(e.getMessage());
        }
    }

    /** The one work of a job: which it is shows in its key. */
    private static Work work(JsonFields json) throws JsonException {
        Optional<JsonFields> inference = json.optionalObject(Inference.KIND);
        if (inference.isPresent()) {
            return Inference.parse(inference.get());
        }
        Optional<JsonFields> training = json.optionalObject(Training.KIND);
        return training.isPresent()
                ? Training.parse(training.get())
                : Container.parse(json.object(Container.KIND));
    }

    /** A price as JSON. */
    public static ObjectNode price(Price price) {
        return CanonicalJson.object()
                .put("rate", Long.toString(price.rate().micros()))
                .put("denom", price.denom().text())
                .put("per", price.unit().text());
    }

    /** Reads what {@link #price} writes. */
    public static Price parsePrice(JsonFields json) throws JsonException {
        String denom = json.text("denom");
        String per = json.text("per");
        long rate = json.quantity("rate");
        json.end();
        if (rate == 0) {
            throw json.error("a price must be more than 0");
        }
        return new Price(
                MicroAmount.of(rate),
                Denom.named(denom).orElseThrow(() -> json.error("unknown denom '" + denom + "'")),
                PriceUnit.named(per)
                        .orElseThrow(() -> json.error("unknown price unit '" + per + "'")));
    }
}
