package dev.assay.cli.tenant;

import dev.assay.models.ModelException;
import dev.assay.models.autodiff.TrainingStep;
import dev.assay.models.builtin.BuiltinModels;
import dev.assay.models.onnx.ImportedModel;
import dev.assay.models.pack.ModelPackage;
import dev.assay.models.pack.PackagedModel;
import dev.assay.models.pack.RowFormat;
import dev.assay.models.pack.ScriptPackage;
import dev.assay.models.script.ScriptFile;
import dev.assay.models.training.LabelledRows;
import dev.assay.protocol.blob.BlobException;
import dev.assay.protocol.blob.BlobStore;
import dev.assay.protocol.id.Digest;
import dev.assay.protocol.job.Container;
import dev.assay.protocol.job.EngineName;
import dev.assay.protocol.job.ImageName;
import dev.assay.protocol.job.Inference;
import dev.assay.protocol.job.JobFile;
import dev.assay.protocol.job.JobFile.Task.ContainerTask;
import dev.assay.protocol.job.JobFile.Task.InferenceTask;
import dev.assay.protocol.job.JobFile.Task.TrainingTask;
import dev.assay.protocol.job.JobSpec;
import dev.assay.protocol.job.Resources;
import dev.assay.protocol.job.Training;
import dev.assay.protocol.job.Work;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Turns a job file into a job spec: checks what it names, a model and every input row among it, and
 * stores the files as blobs.
 */
public final class JobResolver {
    private static final String BUILTIN = "builtin:";
    private static final String DIGEST = "sha256:";
    private static final String ONNX = ".onnx";
    private static final String TORCH_SCRIPT = ".pt";
    private static final List<String> ALL_OUTPUTS = List.of(".");

    private final BlobStore blobs;

    public JobResolver(BlobStore blobs) {
        this.blobs = blobs;
    }

    /**
     * Resolves a job.
     *
     * @param directory what the file's relative paths are relative to
     */
    public ResolvedJob resolve(JobFile file, Path directory)
            throws TenantException, ModelException, BlobException {
        Work work =
                switch (file.task()) {
                    case InferenceTask task -> inference(task, directory);
                    case TrainingTask task -> training(task, directory);
                    case ContainerTask task -> container(task, file.resources(), directory);
                };
        try {
            return new ResolvedJob(
                    file,
                    new JobSpec(
                            file.name(), file.resources(), work, file.maxPrice(), file.verify()));
        } catch (IllegalArgumentException e) {
            throw new TenantException("job: " + e.getMessage(), e);
        }
    }

    private Inference inference(InferenceTask task, Path directory)
            throws TenantException, ModelException, BlobException {
        PackagedModel model =
                PackagedModel.open(
                        blobs,
                        task.model().endsWith(TORCH_SCRIPT)
                                ? script(task, directory)
                                : model(task.model(), directory));
        if (model instanceof ScriptPackage && task.engine() != EngineName.PYTORCH) {
            throw new TenantException(
                    "inference.engine: "
                            + task.engine()
                            + " does not run "
                            + task.model()
                            + ", which is TorchScript; set engine: pytorch");
        }
        Path input = file("inference.input", task.input(), directory);
        RowFormat.Rows rows = model.manifest().rows().read(input);
        return new Inference(
                model.digest(), blobs.put(input), rows.count(), task.engine(), task.batch());
    }

    /** Stores the script as a package: a row of its input is a line of the input file. */
    private Digest script(InferenceTask task, Path directory)
            throws TenantException, ModelException, BlobException {
        ScriptFile script = ScriptFile.check(file("inference.model", task.model(), directory));
        RowFormat rows = RowFormat.ofColumns(file("inference.input", task.input(), directory));
        return ScriptPackage.store(name(script.file(), TORCH_SCRIPT), script, rows, blobs);
    }

    private Training training(TrainingTask task, Path directory)
            throws TenantException, ModelException, BlobException {
        ModelPackage model = ModelPackage.open(blobs, model(task.model(), directory));
        Path dataset = file("training.dataset", task.dataset(), directory);
        int rows = LabelledRows.of(model.manifest().rows().read(dataset), model.manifest()).count();
        TrainingStep.of(model.graph(), task.optimizer());
        try {
            return new Training(
                    model.digest(),
                    blobs.put(dataset),
                    rows,
                    task.seed(),
                    task.seed(),
                    task.optimizer(),
                    task.steps(),
                    task.batch(),
                    task.checkpoint(),
                    task.engine());
        } catch (IllegalArgumentException e) {
            throw new TenantException("training: " + e.getMessage(), e);
        }
    }

    private Container container(ContainerTask task, Resources resources, Path directory)
            throws TenantException, BlobException {
        List<Container.Input> inputs = new ArrayList<>();
        for (Map.Entry<String, String> input : new TreeMap<>(task.inputs()).entrySet()) {
            Path file = file("container.inputs", input.getValue(), directory);
            inputs.add(new Container.Input(input.getKey(), blobs.put(file)));
        }
        int parallel = task.parallel().orElse(Math.min(task.array(), Math.max(1, resources.cpu())));
        try {
            return new Container(
                    image(task.image(), directory),
                    task.command(),
                    task.env(),
                    inputs,
                    task.outputs().isEmpty() ? ALL_OUTPUTS : task.outputs(),
                    task.ports(),
                    task.shmBytes() == 0
                            ? Math.min(
                                    Container.DEFAULT_SHM_BYTES,
                                    resources.memoryBytes() / parallel / 2)
                            : task.shmBytes(),
                    task.network(),
                    task.array(),
                    parallel,
                    task.shell());
        } catch (IllegalArgumentException e) {
            throw new TenantException("container: " + e.getMessage(), e);
        }
    }

    /** An archive beside the job file, one that is stored already, or a registry's name. */
    private ImageName image(String reference, Path directory)
            throws TenantException, BlobException {
        Path archive = directory.resolve(reference);
        if (Files.isRegularFile(archive)) {
            return new ImageName.Archive(blobs.put(archive));
        }
        if (reference.endsWith(".tar")) {
            throw new TenantException(
                    "container.image: no file "
                            + archive
                            + " (an archive that 'docker save' writes; paths are relative to the"
                            + " job file)");
        }
        try {
            return ImageName.parse(reference);
        } catch (IllegalArgumentException e) {
            throw new TenantException("container.image: " + e.getMessage(), e);
        }
    }

    private Digest model(String reference, Path directory)
            throws TenantException, ModelException, BlobException {
        if (reference.startsWith(BUILTIN)) {
            return BuiltinModels.install(reference, blobs);
        }
        if (reference.startsWith(DIGEST)) {
            try {
                return Digest.parse(reference);
            } catch (IllegalArgumentException e) {
                throw new TenantException("inference.model: " + e.getMessage(), e);
            }
        }
        if (reference.endsWith(ONNX)) {
            return onnx(file("inference.model", reference, directory));
        }
        if (reference.endsWith(TORCH_SCRIPT)) {
            throw new TenantException(
                    "training.model: "
                            + reference
                            + " is TorchScript, which cannot be trained; export the model as"
                            + " ONNX");
        }
        Path folder = directory.resolve(reference);
        if (!Files.isDirectory(folder)) {
            throw new TenantException(
                    "inference.model: no model package "
                            + folder
                            + " (a directory with "
                            + ModelPackage.MANIFEST_FILE
                            + " and "
                            + ModelPackage.WEIGHTS_FILE
                            + ", or a file NAME.onnx or NAME.pt, or builtin:NAME, or sha256:…)");
        }
        ModelPackage.open(folder);
        return ModelPackage.store(
                folder.resolve(ModelPackage.MANIFEST_FILE),
                folder.resolve(ModelPackage.WEIGHTS_FILE),
                blobs);
    }

    /** Imports the file as a package, which is named as the file is. */
    private Digest onnx(Path file) throws ModelException, BlobException {
        return ImportedModel.read(file).store(name(file, ONNX), blobs);
    }

    private static String name(Path file, String ending) {
        String name = file.getFileName().toString();
        return name.substring(0, name.length() - ending.length());
    }

    private static Path file(String key, String reference, Path directory) throws TenantException {
        Path file = directory.resolve(reference);
        if (!Files.isRegularFile(file)) {
            throw new TenantException(
                    key + ": no file " + file + " (paths are relative to the job file)");
        }
        return file;
    }
}
