"""Trains a network, from a config to a run folder with the model of its best epoch, or goes on where it broke off."""

import contextlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import torch
from torch import nn

from engine.config import FROZEN_HINT, NAMED_SPLITS, TrainingConfig, read_config
from engine.errors import Cancelled, ConfigError, TrainingError
from engine.events import Control, OnEvent, StatusChanged, ignore_events
from engine.model import network, weights
from engine.model.device import CORES, choose, describe
from engine.prediction.portion import enough_memory
from engine.results import TrainingResult
from engine.run_lock import held
from engine.runs import RunFolder, create_run, discard_run
from engine.training.awake import kept_awake
from engine.training.checkpoint import read_newest
from engine.training.distributed import Peers, agreed, heard_by, in_turn, is_keeper, joined, scratch_run, share_cores
from engine.training.exactness import exact
from engine.training.frozen import compute_features
from engine.training.interruption import interruptible
from engine.training.learner import Learner, of_network
from engine.training.loop import TrainingLoop
from engine.training.material import Material, prepare
from engine.training.resumption import check_same_config, check_same_data, found_again
from engine.training.run_files import write_start

_PURPOSE = "for this training"


def train(
    config: TrainingConfig, *, control: Control | None = None, on_event: OnEvent = ignore_events
) -> TrainingResult:
    """Train the network that `config` asks for; the same config on the same CPU gives the same bits.

    Cancelling leaves nothing behind; after any other end the best model so far stays in the run folder, and a
    checkpoint to resume from. Raises `Paused`, `Cancelled`, `DataError`, `ConfigError`, `ModelFileError`, `DiskError`,
    and `TrainingError` for a loss that is not finite.
    """
    asked = control or Control()
    device = choose(config.device)
    threads = config.threads or share_cores(CORES)
    config = replace(config, data=config.data.absolute(), out=config.out.absolute(), threads=threads)
    if config.split not in NAMED_SPLITS:
        config = replace(config, split=str(Path(config.split).absolute()))
    with kept_awake(), enough_memory(_PURPOSE), joined(asked, device) as peers, exact(device, config.threads):
        on_event = heard_by(peers, on_event)
        module, config, started_from = in_turn(peers, lambda: _start_network(config, asked, on_event))
        material = in_turn(peers, lambda: prepare(config, asked, on_event))
        material = in_turn(peers, lambda: _with_features(module, config, material, asked, on_event))
        now, control = datetime.now(), agreed(peers, asked)
        with _new_run(config, now) if is_keeper(peers) else scratch_run() as folder, interruptible(module, control):
            card = write_start(folder, config, material, describe(config.device), started_from, now)
            learner = Learner(module, config, material.training_prior, device)
            return TrainingLoop(config, material, learner, folder, card, control, on_event, peers=peers).run()


def resume(run: Path, *, control: Control | None = None, on_event: OnEvent = ignore_events) -> TrainingResult:
    """Go on with the training in the folder `run` from its newest whole checkpoint.

    On the same CPU its end is the same bits as if it had never been interrupted. Cancelling leaves the run as it was
    saved last. Raises what `train` raises, and `TrainingError` where there is nothing to go on from, where the run is
    being trained already, or where its data or settings have changed.
    """
    asked = control or Control()
    folder = RunFolder(run.absolute())
    config = found_again(read_config(folder.config), folder.path)
    device = choose(config.device)
    with (
        kept_awake(),
        enough_memory(_PURPOSE),
        joined(asked, device) as peers,
        _old_run(folder, peers) as own,
        exact(device, config.threads or CORES),
    ):
        on_event = heard_by(peers, on_event)
        on_event(StatusChanged(text="Reading the checkpoint"))
        checkpoint = read_newest(folder)
        check_same_config(config, checkpoint.state)
        material = in_turn(peers, lambda: prepare(config, asked, on_event))
        check_same_data(material, folder, checkpoint.state)
        module, control = network.build(config.backbone), agreed(peers, asked)
        if config.is_frozen:
            module.load_state_dict(of_network(checkpoint.tensors))
        material = in_turn(peers, lambda: _with_features(module, config, material, asked, on_event))
        if peers is not None:
            peers.wait()  # the first one will write over what the others read
        with interruptible(module, control):
            learner = Learner(module, config, material.training_prior, device)
            card = checkpoint.state.card
            return TrainingLoop(config, material, learner, own, card, control, on_event, checkpoint, peers).run()


def _start_network(
    config: TrainingConfig, control: Control, on_event: OnEvent
) -> tuple[nn.Module, TrainingConfig, str]:
    """The network with its first weights, the config that says which, and what they are in one line.

    "auto" is settled here, so that a run can be repeated where other weights are at hand.
    """
    on_event(StatusChanged(text=f"Building {config.backbone}"))
    tensors, described = weights.find(config.backbone, config.weights, control=control, on_event=on_event)
    if tensors is None and config.is_frozen:
        raise ConfigError(
            f"Only the last layer is to learn, but no ImageNet weights for {config.backbone} are on this computer.",
            FROZEN_HINT,
        )
    torch.manual_seed(config.seed)
    module = network.build(config.backbone)
    if tensors is not None:
        network.load_backbone(module, config.backbone, tensors)
    if config.weights == "auto":
        config = replace(config, weights="none" if tensors is None else "download")
    return module, config, described


def _with_features(
    module: nn.Module, config: TrainingConfig, material: Material, control: Control, on_event: OnEvent
) -> Material:
    """`material` with the features of all its images, where the config freezes the network."""
    if not config.is_frozen:
        return material
    device = choose(config.device)
    module = module.to(device).to(memory_format=torch.channels_last)
    with interruptible(module, control):
        return replace(material, features=compute_features(module, config, material, device, control, on_event))


@contextmanager
def _new_run(config: TrainingConfig, now: datetime) -> Iterator[RunFolder]:
    """A new run folder; removed when the user cancels, or when something fails before there is anything to keep."""
    folder = create_run(config.out, config.backbone, now)
    try:
        with held(folder.path):
            yield folder
            _tidy(folder)
    except BaseException as error:
        if isinstance(error, Cancelled) or (folder.model is None and not folder.is_resumable):
            discard_run(folder.path)
        raise


@contextmanager
def _old_run(folder: RunFolder, peers: Peers | None) -> Iterator[RunFolder]:
    """The folder of a run that was interrupted, for this process alone; or where its peer writes instead."""
    with held(folder.path) if is_keeper(peers) else scratch_run() as scratch:
        if folder.final_model.is_file():  # not before it is held: who held it may have finished it
            raise TrainingError(
                f"The run {folder.path.name} is finished.", "There is nothing to resume; use its model."
            )
        yield scratch or folder
        if is_keeper(peers):
            _tidy(folder)


def _tidy(folder: RunFolder) -> None:
    """A finished run needs no checkpoints."""
    with contextlib.suppress(OSError):
        shutil.rmtree(folder.checkpoints)
