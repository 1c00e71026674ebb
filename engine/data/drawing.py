"""Draws one synthetic lesion as seen through a dermatoscope: skin, a blob with an irregular border, texture, hairs."""

from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

Plane = npt.NDArray[np.float32]
"""One value per point: [HEIGHT, WIDTH], or [n] in a row."""
Colors = npt.NDArray[np.float32]
"""RGB in 0..1, one colour [3, 1] or one per point [3, n]."""

WIDTH, HEIGHT = 200, 150

_rows, _columns = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
_FROM_MIDDLE_X, _FROM_MIDDLE_Y = (_columns - WIDTH / 2) / (HEIGHT / 2), (_rows - HEIGHT / 2) / (HEIGHT / 2)
_VIGNETTE = 0.13 * (_FROM_MIDDLE_X**2 + _FROM_MIDDLE_Y**2)  # the lens darkens its edge


@dataclass(frozen=True)
class Look:
    """What lesions of one kind have in common. Lengths are shares of the image's half height."""

    n_lesions: int
    """How many the demo data has."""
    color: tuple[float, float, float]
    """RGB at the rim, 0..1."""
    core: tuple[float, float, float]
    """RGB in the middle."""
    radius: tuple[float, float]
    """Smallest and largest."""
    irregularity: float
    """How far the border strays from an ellipse."""
    softness: float
    """Width of the border."""
    network: float
    """Strength of a fine net of lines."""
    n_spots: int
    """Largest number of round spots inside."""
    spot_color: tuple[float, float, float]
    spot_radius: float


class Kind(Enum):
    """The seven kinds, named like the diagnoses they stand for; nv is the most common, df and vasc the rarest."""

    AKIEC = Look(
        14, (0.82, 0.54, 0.47), (0.80, 0.57, 0.50), (0.45, 0.75), 0.16, 0.30, 0.02, 12, (0.90, 0.82, 0.74), 0.06
    )
    BCC = Look(18, (0.82, 0.50, 0.48), (0.72, 0.44, 0.46), (0.40, 0.70), 0.10, 0.14, 0.00, 9, (0.46, 0.38, 0.42), 0.08)
    BKL = Look(24, (0.60, 0.42, 0.28), (0.56, 0.40, 0.28), (0.45, 0.80), 0.14, 0.05, 0.03, 14, (0.82, 0.70, 0.52), 0.05)
    DF = Look(9, (0.64, 0.42, 0.34), (0.88, 0.74, 0.68), (0.35, 0.60), 0.05, 0.22, 0.05, 0, (0.90, 0.80, 0.75), 0.05)
    MEL = Look(24, (0.42, 0.26, 0.20), (0.24, 0.18, 0.20), (0.50, 0.90), 0.20, 0.09, 0.05, 6, (0.36, 0.36, 0.42), 0.20)
    NV = Look(58, (0.56, 0.36, 0.26), (0.40, 0.25, 0.18), (0.35, 0.70), 0.06, 0.14, 0.05, 3, (0.30, 0.18, 0.13), 0.05)
    VASC = Look(9, (0.68, 0.20, 0.22), (0.50, 0.10, 0.18), (0.30, 0.60), 0.10, 0.08, 0.00, 9, (0.36, 0.06, 0.18), 0.13)

    @property
    def n_lesions(self) -> int:
        return self.value.n_lesions


@dataclass(frozen=True)
class Scene:
    """One lesion on one skin: what all images of it share. Lengths are shares of the image's half height."""

    look: Look
    skin: Colors
    color: Colors
    core: Colors
    radius: float
    stretch: float
    """Long axis over short axis of the underlying ellipse."""
    waves: npt.NDArray[np.float32]
    """Amplitude and phase of each wave along the border, [n, 2]."""
    core_offset: npt.NDArray[np.float32]
    """Where the middle colour sits, (x, y)."""
    net: npt.NDArray[np.float32]
    """Wave vectors and phases of the texture, [n, 3]."""
    spots: npt.NDArray[np.float32]
    """Centre and radius of each, [n, 3]."""
    hairs: npt.NDArray[np.float32]
    """Angle, distance from the middle, bend and width of each, [n, 4]."""

    @classmethod
    def invent(cls, kind: Kind, random: np.random.Generator) -> "Scene":
        """A new lesion of the kind; each differs in size, shape and colour, so that kinds overlap a little."""
        look = kind.value
        shade = random.normal(0, 0.05) + random.normal(0, 0.010, 3)
        n_waves = 7
        amplitudes = random.normal(0, look.irregularity, n_waves) / np.arange(1, n_waves + 1) ** 0.8
        radius = random.uniform(*look.radius)
        n_spots = int(random.integers(look.n_spots // 2, look.n_spots + 1))
        angles, distances = (
            random.uniform(0, 2 * np.pi, n_spots),
            radius * 0.75 * np.sqrt(random.uniform(0, 1, n_spots)),
        )
        spot_radii = look.spot_radius * random.uniform(0.6, 1.4, n_spots)
        n_hairs = int(random.choice((0, 0, 0, 1, 3)))
        return cls(
            look=look,
            skin=_color((0.86, 0.68, 0.60), random.normal(0, 0.03) + random.normal(0, 0.015, 3)),
            color=_color(look.color, shade),
            core=_color(look.core, shade + random.normal(0, 0.01, 3)),
            radius=float(radius),
            stretch=float(random.uniform(1.0, 1.5)),
            waves=_floats(np.stack((amplitudes, random.uniform(0, 2 * np.pi, n_waves)), axis=1)),
            core_offset=_floats(random.normal(0, 0.6 * look.irregularity, 2)),
            net=_floats(np.stack((*random.normal(0, 26, (2, 5)), random.uniform(0, 2 * np.pi, 5)), axis=1)),
            spots=_floats(np.stack((distances * np.cos(angles), distances * np.sin(angles), spot_radii), axis=1)),
            hairs=_floats(
                np.stack(
                    (
                        random.uniform(0, np.pi, n_hairs),
                        random.uniform(-0.9, 0.9, n_hairs),
                        random.normal(0, 0.15, n_hairs),
                        random.uniform(0.008, 0.016, n_hairs),
                    ),
                    axis=1,
                )
            ),
        )


@dataclass(frozen=True)
class View:
    """How one image looks at its lesion."""

    angle: float
    zoom: float
    shift: tuple[float, float]
    brightness: float
    warmth: float

    @classmethod
    def invent(cls, random: np.random.Generator) -> "View":
        """Any rotation; small changes of the rest."""
        return cls(
            angle=float(random.uniform(0, 2 * np.pi)),
            zoom=float(random.uniform(0.85, 1.2)),
            shift=(float(random.normal(0, 0.08)), float(random.normal(0, 0.08))),
            brightness=float(random.normal(1, 0.05)),
            warmth=float(random.normal(0, 0.015)),
        )


def draw(scene: Scene, view: View, random: np.random.Generator) -> npt.NDArray[np.uint8]:
    """The image, uint8 [HEIGHT, WIDTH, 3]; `random` gives the camera's noise."""
    cos, sin = np.cos(view.angle) / view.zoom, np.sin(view.angle) / view.zoom
    x = _floats(cos * _FROM_MIDDLE_X - sin * _FROM_MIDDLE_Y + view.shift[0])
    y = _floats(sin * _FROM_MIDDLE_X + cos * _FROM_MIDDLE_Y + view.shift[1])

    image = scene.skin[..., None] * (1 + 0.02 * np.sin(9 * x + 4 * y) * np.sin(5 * x - 8 * y))
    lesion = _lesion(scene, x.ravel(), y.ravel()).reshape(image.shape)
    image += _cover(scene, x, y) * (lesion - image)
    image *= 1 - 0.65 * _hairs(scene, x, y)
    image *= view.brightness - _VIGNETTE
    image += _color((view.warmth, 0, -view.warmth))[..., None]
    image += 0.015 * random.standard_normal((HEIGHT, WIDTH), np.float32)
    return np.ascontiguousarray((np.clip(image, 0, 1) * 255).round().astype(np.uint8).transpose(1, 2, 0))


def _cover(scene: Scene, x: Plane, y: Plane) -> Plane:
    """1 in the lesion, 0 outside, in between along the border."""
    distance, angle = np.hypot(x, y * scene.stretch), np.arctan2(y, x)
    turn = np.linspace(-np.pi, np.pi, 361, dtype=np.float32)  # the border by angle, looked up for each pixel
    border = np.full_like(turn, scene.radius)
    for number, (amplitude, phase) in enumerate(scene.waves, start=2):
        border += scene.radius * amplitude * np.cos(number * turn + phase)
    return _soft_step((np.interp(angle, turn, border) - distance) / (0.25 * scene.look.softness))


def _lesion(scene: Scene, x: Plane, y: Plane) -> Colors:
    """The lesion's own colour at the points `x`, `y` [n]; [3, n]."""
    offset_x, offset_y = scene.core_offset
    from_core = ((x - offset_x) ** 2 + (y - offset_y) ** 2) / (0.35 * scene.radius**2)
    color = scene.color + np.exp(-from_core) * (scene.core - scene.color)
    net = np.zeros_like(x)
    for wave_x, wave_y, phase in scene.net:
        net += np.sin(x * wave_x + y * wave_y + phase)
    color *= 1 + scene.look.network * net
    spots = np.zeros_like(x)
    for spot_x, spot_y, radius in scene.spots:
        distance = ((x - spot_x) ** 2 + (y - spot_y) ** 2) / radius**2
        np.maximum(spots, 0.85 / (1 + np.square(np.square(distance))), out=spots)
    return _floats(color + spots * (_color(scene.look.spot_color) - color))


def _hairs(scene: Scene, x: Plane, y: Plane) -> Plane:
    """1 on a hair, 0 beside it."""
    hairs = np.zeros_like(x)
    for angle, distance, bend, width in scene.hairs:
        along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
        np.maximum(hairs, 1 / (1 + np.square(np.square((across - distance - bend * along**2) / width))), out=hairs)
    return hairs


def _soft_step(values: npt.NDArray[np.floating]) -> Plane:
    """0 far below zero, 1 far above."""
    return _floats(0.5 + 0.5 * np.tanh(0.5 * values))


def _color(rgb: tuple[float, float, float], change: npt.NDArray[np.floating] | float = 0) -> Colors:
    return _floats(np.array(rgb) + change).reshape(3, 1)


def _floats(values: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
    return values.astype(np.float32)
