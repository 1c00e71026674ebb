"""One typed function per thing a user can ask for; each returns a light `Call` that a child process can carry out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

from engine.audit_results import SplitAudit
from engine.challenge_results import ChallengeScore
from engine.comparison_results import AnsweredImage, Comparison, FoldsResult, PooledEvaluation
from engine.config import DeviceName, TrainingConfig
from engine.doctor_results import DeviceReport
from engine.evaluation_results import Evaluation
from engine.leak_results import LeakMeter
from engine.operating_results import OperatingCurve
from engine.prediction_results import Explanation, Prediction, SimilarImages
from engine.results import (
    DatasetSummary,
    DeviceInfo,
    ModelCard,
    OperatingPoint,
    Part,
    TimeEstimate,
    TrainingResult,
    WeightsInfo,
)

Result = TypeVar("Result", covariant=True)
LaneName = Literal["work", "answers", "aside", "views", "web"]
WEB_PORT = 7860
"""Where the web demo is looked for first, as Gradio's own are."""


@dataclass(frozen=True)
class Call(Generic[Result]):
    """A function of the engine by name, with its arguments. It is called with `control` and `on_event` besides."""

    target: str
    """As "engine.training.trainer:train"."""
    arguments: dict[str, Any]
    lane: LaneName = "work"
    """"work" for what takes long, "answers" for what somebody waits for, "aside" for what must not wait for a batch of
    answers, nor they for it, "views" for pictures that wait for neither, "web" for the web demo, which ends only when
    it is cancelled."""


def describe_device(device: DeviceName = "auto") -> Call[DeviceInfo]:
    """Which device the engine computes on, and why."""
    return Call("engine.model.device:describe", {"device": device})


def examine_device(config: TrainingConfig, has_data: bool) -> Call[DeviceReport]:
    """Whether the device of `config` computes right, and how fast; with `has_data` how long the training takes."""
    return Call("engine.training.doctor:examine", {"config": config, "has_data": has_data})


def create_demo_data(path: Path) -> Call[Path]:
    """Draw the demo data set into the folder `path` and return it; what is there already is kept."""
    return Call("engine.data.demo:create", {"path": path})


def download_ham10000(target: Path, accept_licence: bool) -> Call[Path]:
    """Get HAM10000 into the new or empty folder `target`; its licence (`engine.licences.HAM10000`) is shown before."""
    return Call("engine.data.download:download_ham10000", {"target": target, "accept_licence": accept_licence})


def inspect_dataset(path: Path) -> Call[DatasetSummary]:
    """Read the table and check every image of a data set."""
    return Call("engine.data.summary:inspect", {"path": path})


def audit_split(path: Path, split: str = "auto", seed: int = 0) -> Call[SplitAudit]:
    """Whether the split that a training would use leaks; the first time it looks for near-duplicates, in minutes."""
    return Call("engine.data.audit:audit_split", {"path": path, "split": split, "seed": seed})


def list_images(path: Path) -> Call[int]:
    """How many images a data set has, those left out included; they come as `ImagesListed`. Quick once inspected."""
    return Call("engine.data.summary:list_images", {"path": path}, "views")


def thumbnails(paths: Sequence[Path], max_side: int) -> Call[tuple[bytes, ...]]:
    """Small images as JPEG, one for each path and in their order; b"" where an image cannot be read."""
    return Call("engine.data.thumbnails:make_thumbnails", {"paths": tuple(paths), "max_side": max_side}, "views")


def describe_weights(backbone: str) -> Call[WeightsInfo]:
    """Whether ImageNet weights for `backbone` are on this computer."""
    return Call("engine.model.weights:describe", {"backbone": backbone}, "answers")


def download_weights(backbone: str) -> Call[WeightsInfo]:
    """Fetch ImageNet weights for `backbone` from PyTorch's server."""
    return Call("engine.model.weights:download", {"backbone": backbone})


def estimate_time(config: TrainingConfig) -> Call[TimeEstimate]:
    """Measure a few steps and say how long a training would take."""
    return Call("engine.training.estimate:estimate_time", {"config": config})


def train(config: TrainingConfig) -> Call[TrainingResult]:
    """Train a network."""
    return Call("engine.training.trainer:train", {"config": config})


def resume(run: Path) -> Call[TrainingResult]:
    """Go on with a training that was interrupted."""
    return Call("engine.training.trainer:resume", {"run": run})


def train_folds(config: TrainingConfig, n_folds: int = 5, open_test: bool = False) -> Call[FoldsResult]:
    """Train on each of several folds and pool their answers; with `open_test` of their test parts, which is counted."""
    arguments = {"config": config, "n_folds": n_folds, "open_test": open_test}
    return Call("engine.training.folds:train_folds", arguments)


def resume_folds(folds: Path, open_test: bool = False) -> Call[FoldsResult]:
    """Go on with a set of folds that was interrupted, or open the test parts of one that is finished."""
    return Call("engine.training.folds:resume_folds", {"folds": folds, "open_test": open_test})


def read_pooled(folds: Path) -> Call[PooledEvaluation | None]:
    """The figures of all folds of a set together, None while some are not trained."""
    return Call("engine.training.folds:read_pooled", {"folds": folds}, "answers")


def evaluate(run: Path, part: Part = "val") -> Call[Evaluation]:
    """Score a run's model on one part of its split. "test" opens the test part, which is counted."""
    return Call("engine.evaluation.evaluate:evaluate", {"run": run, "part": part})


def read_evaluation(run: Path, part: Part = "val") -> Call[Evaluation | None]:
    """The evaluation that was saved beside the run, None if there is none."""
    return Call("engine.evaluation.evaluate:read", {"run": run, "part": part}, "answers")


def evaluate_external(model: Path, data: Path, out: Path | None = None) -> Call[Evaluation]:
    """Score a model file or run on other labelled images; those that it met in its training are left out."""
    return Call("engine.evaluation.external:evaluate_external", {"model": model, "data": data, "out": out})


def read_external(folder: Path) -> Call[Evaluation | None]:
    """The result of `evaluate_external` in its folder, None if there is none."""
    return Call("engine.evaluation.external:read_external", {"folder": folder}, "answers")


def score_submission(predictions: Path, truth: Path) -> Call[ChallengeScore]:
    """The score of a table of probabilities by the rule of ISIC 2018, task 3."""
    return Call("engine.evaluation.challenge:score_submission", {"predictions": predictions, "truth": truth})


def measure_leak(data: Path, seed: int = 0) -> Call[LeakMeter]:
    """What the notebook's split, which leaks, would have done to a data set; in seconds once it was inspected."""
    return Call("engine.evaluation.leak_meter:measure_leak", {"data": data, "seed": seed})


def list_answers(run: Path, part: Part = "val") -> Call[tuple[AnsweredImage, ...]]:
    """Every image of an evaluated part with truth and answer, sorted by id."""
    return Call("engine.evaluation.answered_images:list_answers", {"run": run, "part": part}, "answers")


def compare(run_a: Path, run_b: Path, part: Part = "val") -> Call[Comparison]:
    """How much better run B is than run A on the same images; both must have been evaluated on `part`."""
    arguments = {"run_a": run_a, "run_b": run_b, "part": part}
    return Call("engine.evaluation.compare:compare", arguments, "answers")


def pool_folds(runs: Sequence[Path], part: Part = "test") -> Call[PooledEvaluation]:
    """The figures of all folds together: every image answered once, by a model that never saw it."""
    return Call("engine.evaluation.folds:pool", {"runs": tuple(runs), "part": part}, "answers")


def operating_curve(run: Path, target: str = "group") -> Call[OperatingCurve]:
    """Every sensitivity for "group" or a class that validation allows, and its price; test is not opened for it."""
    return Call("engine.evaluation.operating:operating_curve", {"run": run, "target": target}, "answers")


def save_operating_point(run: Path, target: str, threshold: float) -> Call[OperatingPoint]:
    """Write a point of the curve beside the run; its model file stays as it is."""
    arguments = {"run": run, "target": target, "threshold": threshold}
    return Call("engine.evaluation.operating:save_operating_point", arguments, "answers")


def read_operating_points(run: Path) -> Call[tuple[OperatingPoint, ...]]:
    """The points that were saved beside the run for the model that it has now."""
    return Call("engine.evaluation.operating:read_operating_points", {"run": run}, "answers")


def export_with_operating_point(model: Path, point: OperatingPoint, path: Path) -> Call[Path]:
    """Write a new model file that has `point`, and return it."""
    arguments = {"model": model, "point": point, "path": path}
    return Call("engine.evaluation.operating:export_with_operating_point", arguments, "answers")


def read_card(model: Path) -> Call[ModelCard]:
    """What a model file says about itself."""
    return Call("engine.model.file:describe", {"path": model}, "answers")


def find_similar(model: Path, path: Path, device: DeviceName = "auto") -> Call[SimilarImages]:
    """The training images most like an image, most similar first, or why there are none."""
    return Call("engine.prediction.similar:find_similar", {"model": model, "path": path, "device": device}, "answers")


def index_training_images(model: Path, device: DeviceName = "auto") -> Call[int]:
    """Look once at all training images of the model's run, so that similar ones can be found; returns how many."""
    return Call("engine.prediction.training_places:index_training_images", {"model": model, "device": device})


def import_weights(path: Path) -> Call[Path]:
    """Make a model file of the notebook's `skin_cancer_model.pth`, among the imported models, and return it."""
    return Call("engine.model.state_dict:import_weights", {"path": path}, "answers")


def export_weights(model: Path, path: Path) -> Call[Path]:
    """Write a model's weights as a plain `.pth` state dict with its card beside it, and return `path`."""
    return Call("engine.model.state_dict:export_weights", {"model": model, "path": path}, "answers")


def predict(
    model: Path,
    paths: Sequence[Path],
    device: DeviceName = "auto",
    *,
    views: int = 1,
    as_one_lesion: bool = False,
) -> Call[tuple[Prediction, ...]]:
    """Answers for images and for all images in folders, in order; ready ones come as `PredictionsDone` events.

    `views` is 1 or 8 (flips and rotations). A fused answer for each lesion with several images follows at the end;
    with `as_one_lesion` all of `paths` show one.
    """
    arguments = {
        "model": model,
        "paths": tuple(paths),
        "device": device,
        "views": views,
        "as_one_lesion": as_one_lesion,
    }
    return Call("engine.prediction.predictor:predict", arguments, "answers")


def fuse(model: Path, predictions: Sequence[Prediction]) -> Call[Prediction]:
    """One answer of `model` for images of one lesion that it has answered already; quick, no image is read."""
    return Call("engine.prediction.fusion:fuse", {"model": model, "predictions": tuple(predictions)}, "answers")


def explain(model: Path, path: Path, device: DeviceName = "auto") -> Call[Explanation]:
    """Heat maps of every class for an image, and the answer with the lesion hidden."""
    return Call("engine.prediction.explain:explain", {"model": model, "path": path, "device": device}, "answers")


def save_answers(models: Sequence[Path], predictions: Sequence[Prediction], path: Path) -> Call[Path]:
    """Write answers of `models` to `path`: CSV, JSON lines or a page with heat maps by its ending; returns `path`."""
    arguments = {"models": tuple(models), "predictions": tuple(predictions), "path": path}
    lane: LaneName = "aside" if path.suffix.lower() == ".html" else "answers"  # the page's heat maps take a while
    return Call("engine.prediction.export:save_answers", arguments, lane)


def preview(path: Path, max_side: int) -> Call[bytes]:
    """An image as PNG, turned upright, no side longer than `max_side` pixels."""
    return Call("engine.data.images:preview", {"path": path, "max_side": max_side}, "views")


def read_licences() -> Call[str]:
    """The licences of everything that the program is made with, as one long text."""
    return Call("engine.bundled_licences:read", {}, "views")


def save_diagnostics(path: Path, facts: Mapping[str, str]) -> Call[Path]:
    """Write logs, versions and settings, without images or names, as a zip to `path` and return it."""
    return Call("engine.diagnostics:save", {"path": path, "facts": dict(facts)}, "views")


def serve_web_demo(model: Path, port: int = WEB_PORT, device: DeviceName = "auto") -> Call[None]:
    """Serve the web demo on this computer alone, at `port` or the next free one, until it is cancelled."""
    return Call("engine.web_demo:serve", {"model": model, "port": port, "device": device}, "web")
