"""What the examination of a device found, in words."""

from dataclasses import replace

from engine.doctor_results import DeviceReport
from engine.doctor_wording import describe_report
from engine.results import DeviceInfo, TimeEstimate

CPU = DeviceInfo(kind="cpu", name="AMD EPYC, 2 threads", reason="PyTorch finds no GPU here that it can use.")
REPORT = DeviceReport(
    device=CPU,
    build="2.14.1 for CPUs only",
    driver="",
    advice=(),
    largest_difference=1.2e-6,
    is_right=True,
    backbone="resnet50",
    image_size=224,
    images_per_second=4.03,
    images_per_second_scoring=12.6,
    estimate=None,
)


def test_a_healthy_device() -> None:
    """What it is, that it computes right, and how fast it is; nothing about data that were not named."""
    assert describe_report(REPORT) == (
        "AMD EPYC, 2 threads. PyTorch finds no GPU here that it can use.",
        "PyTorch 2.14.1 for CPUs only.",
        "It computes right: answers and gradients of a small network differ from double precision "
        "by at most 0.00012 %.",
        "resnet50 at 224 px: 4.0 images/s in training, 13 images/s in prediction.",
    )


def test_a_faulty_device_is_not_to_be_trusted() -> None:
    """A sentence with what to do, and the advice before it."""
    lines = describe_report(replace(REPORT, is_right=False, largest_difference=None, advice=("Do this.",)))
    assert "Do this." in lines
    assert any(line.startswith("It does not compute right") for line in lines)


def test_hours_to_expect() -> None:
    """In hours, or in minutes below one."""
    (half,) = [line for line in describe_report(replace(REPORT, half="bfloat16")) if "bfloat16" in line]
    assert half.endswith("In bfloat16, in which a training computes, they are as near as that can be.")
    estimate = TimeEstimate(device=CPU, seconds_per_epoch=600.0, seconds_in_all=18_000.0, n_train=5_900)
    assert describe_report(replace(REPORT, estimate=estimate))[-1] == (
        "A training on these 5,900 images would take about 5.0 hours."
    )
    short = replace(estimate, seconds_in_all=170.0)
    assert "about 3 minutes" in describe_report(replace(REPORT, estimate=short))[-1]
