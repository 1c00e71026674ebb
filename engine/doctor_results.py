"""What comes back from examining the device that a training would compute on."""

from dataclasses import dataclass

from engine.results import DeviceInfo, TimeEstimate


@dataclass(frozen=True, kw_only=True)
class DeviceReport:
    """What computes here, whether it computes right, and how fast."""

    device: DeviceInfo
    build: str
    """Which PyTorch this is: "2.14.1 for CUDA 13.0", "2.14.1 for CPUs only"."""
    driver: str
    """Version of the NVIDIA driver, "" where there is none."""
    advice: tuple[str, ...]
    """What would make it faster, a sentence each; () if there is nothing."""
    largest_difference: float | None
    """Between answers and gradients here and the same in double precision on the CPU, as a share of the largest; None
    where something was not finite."""
    is_right: bool
    """Whether that is no more than rounding, in the half precision of a training here too."""
    half: str = ""
    """That precision, "bfloat16" or "float16"; "" where a training computes in full precision."""
    backbone: str
    image_size: int
    """Of the network that was timed."""
    images_per_second: float
    """In training, augmentation included."""
    images_per_second_scoring: float
    estimate: TimeEstimate | None
    """How long the training that was asked about would take; None without a data set."""
