"""Says in plain words what the examination of a device found."""

from engine.doctor_results import DeviceReport


def describe_report(report: DeviceReport) -> tuple[str, ...]:
    """All of it, line by line."""
    lines = [
        f"{report.device.name}. {report.device.reason}",
        f"PyTorch {report.build}{f', NVIDIA driver {report.driver}' if report.driver else ''}.",
        *report.advice,
        describe_check(report),
        describe_speed(report),
        *([describe_estimate(report)] if report.estimate is not None else []),
    ]
    return tuple(lines)


def describe_check(report: DeviceReport) -> str:
    """Whether the device computes right."""
    if report.is_right and report.largest_difference is not None:
        half = (
            f" In {report.half}, in which a training computes, they are as near as that can be." if report.half else ""
        )
        return (
            "It computes right: answers and gradients of a small network differ from double precision "
            f"by at most {100 * report.largest_difference:.2g} %.{half}"
        )
    return (
        "It does not compute right: a small network gives other answers here than in double precision on the CPU. "
        "Do not trust a training on it; install another driver, or choose the CPU under More."
    )


def describe_speed(report: DeviceReport) -> str:
    """How fast it is with the network that was asked about."""
    return (
        f"{report.backbone} at {report.image_size} px: {_rate(report.images_per_second)} in training, "
        f"{_rate(report.images_per_second_scoring)} in prediction."
    )


def describe_estimate(report: DeviceReport) -> str:
    """How long the whole training would take; "" where no data set was named."""
    if report.estimate is None:
        return ""
    hours = report.estimate.seconds_in_all / 3600
    whole = f"{hours:.1f} hours" if hours >= 1 else f"{max(1, round(60 * hours))} minutes"
    return f"A training on these {report.estimate.n_train:,} images would take about {whole}."


def _rate(per_second: float) -> str:
    return f"{per_second:,.0f} images/s" if per_second >= 10 else f"{per_second:.1f} images/s"
