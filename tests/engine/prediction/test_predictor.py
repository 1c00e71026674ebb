"""Tests of engine.prediction.predictor."""

import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from engine.data.split import read_split
from engine.errors import Cancelled, ConfigError, DataError
from engine.events import Control, Event, PredictionsDone
from engine.labels import CODES, GROUP_CODES
from engine.model.file import save_model
from engine.model.probabilities import group_prevalence
from engine.prediction import predictor, reading
from engine.prediction.predictor import predict
from engine.prediction.remembered import forget_all
from engine.prediction.views import turn
from engine.prediction_results import Prediction
from engine.runs import RunFolder
from tests.engine.evaluation.untrained_run import CARD, make_network


def _image_of(run: RunFolder, part: str) -> Path:
    split = read_split(run.split)
    image_id = split.loc[split["part"] == part, "image_id"].iloc[0]
    data = Path(json.loads(run.config.read_text(encoding="utf-8"))["training"]["data"])
    return next(path for path in data.rglob("*") if path.stem == image_id)


def test_an_answer_names_the_top_class_and_both_priors(model: Path, photos: list[Path]) -> None:
    """The class is the highest bar at equal priors; the group has a probability at a stated prevalence and a point."""
    for answer in predict(model, photos[:5]):
        assert answer.error is None
        assert sum(answer.probabilities) == pytest.approx(1)
        assert answer.code == CODES[int(np.argmax(answer.probabilities))]
        assert answer.cancerous == (answer.code in GROUP_CODES)
        assert answer.prevalence == pytest.approx(group_prevalence(CARD.data_prior))
        assert answer.operating_point == CARD.operating_points[0]
        assert answer.group_probability is not None
        assert 0 < answer.group_probability < 1


def test_thumbnails_are_small_pngs(model: Path, photos: list[Path], tmp_path: Path) -> None:
    """PNG, at most 128 px a side, in the image's own shape."""
    large = tmp_path / "large.jpg"
    Image.new("RGB", (600, 450), "brown").save(large)
    (answer,) = predict(model, [large])
    with Image.open(io.BytesIO(answer.thumbnail)) as thumbnail:
        assert (thumbnail.format, thumbnail.size) == ("PNG", (128, 96))


def test_order_is_kept_and_folders_are_searched(model: Path, photos: list[Path]) -> None:
    """Files stand where they were named; a folder's images, those of its subfolders too, stand in its place, sorted."""
    folder = photos[0].parent
    (folder / "deep" / "er").mkdir(parents=True)
    nested = photos[7].rename(folder / "deep" / "er" / "PHOTO_07.JPG")
    answers = predict(model, [photos[3], folder, photos[1]])
    paths = [answer.path for answer in answers]
    assert paths[0] == photos[3]
    assert paths[-1] == photos[1]
    assert sorted(paths[1:-1]) == sorted([nested, *photos[:7], *photos[8:]])


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chosen=st.lists(st.integers(0, 39), min_size=1, max_size=24))
def test_an_image_gets_the_same_answer_whatever_its_neighbours(
    model: Path, photos: list[Path], chosen: list[int]
) -> None:
    """Alone or among others, first or last: the probabilities agree but for rounding."""
    alone = {path: predict(model, [path])[0] for path in {photos[number] for number in chosen}}
    forget_all()
    for answer in predict(model, [photos[number] for number in chosen]):
        expected = alone[answer.path]
        assert answer.probabilities == pytest.approx(expected.probabilities, abs=1e-5)
        assert answer.group_probability == pytest.approx(expected.group_probability, abs=1e-5)
        assert answer.logits == pytest.approx(expected.logits, abs=1e-5)
        same = replace(expected, probabilities=(), group_probability=None, logits=())
        assert replace(answer, probabilities=(), group_probability=None, logits=()) == same


def test_what_cannot_be_read_is_answered_with_a_reason(model: Path, photos: list[Path], tmp_path: Path) -> None:
    """Each bad file is a row with a sentence and a hint, and the good ones among them are answered."""
    whole = photos[0].read_bytes()
    bomb = bytearray(whole)
    start = bomb.index(b"\xff\xc0")  # the header that holds the size
    bomb[start + 5 : start + 9] = (65500).to_bytes(2, "big") * 2
    empty_folder = tmp_path / "nothing"
    empty_folder.mkdir()
    bad = {
        "missing.jpg": None,
        "cut.jpg": whole[: len(whole) // 2],
        "text.jpg": b"Dear doctor,",
        "empty.jpg": b"",
        "bomb.jpg": bytes(bomb),
    }
    for name, content in bad.items():
        if content is not None:
            (tmp_path / name).write_bytes(content)
    asked = [photos[0], *(tmp_path / name for name in bad), empty_folder, photos[1]]
    answers = predict(model, asked)
    assert [answer.path for answer in answers] == asked
    assert [answer.error is None for answer in answers] == [True, *[False] * 6, True]
    for answer in answers[1:-1]:
        assert answer.code is None
        assert answer.probabilities == ()
        assert answer.error is not None
        assert answer.path.name in answer.error
        assert answer.hint
        assert answer.cancerous is None


def test_events_carry_the_answers_of_the_result(model: Path, photos: list[Path]) -> None:
    """What was shown on the way is what comes back at the end, in the same order."""
    shown: list[Prediction] = []
    result = predict(
        model,
        photos,
        on_event=lambda event: shown.extend(event.predictions) if isinstance(event, PredictionsDone) else None,
    )
    assert tuple(shown) == result


def test_cancel_is_heard_between_images(model: Path, photos: list[Path]) -> None:
    """After the first answers nothing more is read or answered."""
    control = Control()
    chunks: list[int] = []

    def on_event(event: Event) -> None:
        if isinstance(event, PredictionsDone):
            chunks.append(len(event.predictions))
            control.cancel()

    with pytest.raises(Cancelled):
        predict(model, photos, control=control, on_event=on_event)
    assert chunks == [1]


def test_images_of_the_training_are_recognised(
    shared: tuple[Path, RunFolder], tmp_path: Path, photos: list[Path]
) -> None:
    """Images of training and validation, also under another name, are marked; those of the test part and others not."""
    run = shared[1]
    renamed = tmp_path / "holiday.jpg"
    renamed.write_bytes(_image_of(run, "train").read_bytes())
    asked = [_image_of(run, "train"), _image_of(run, "val"), renamed, _image_of(run, "test"), photos[0]]
    seen = [answer.seen_in_training for answer in predict(run.final_model, asked)]
    assert seen == [True, True, True, False, False]


def test_a_model_without_fingerprints_does_not_know_what_it_saw(tmp_path: Path, photos: list[Path]) -> None:
    """Unknown is None, not False; without operating point there is none."""
    path = tmp_path / "foreign.safetensors"
    save_model(path, make_network(), replace(CARD, operating_points=()), None)
    (answer,) = predict(path, photos[:1])
    assert answer.seen_in_training is None
    assert answer.operating_point is None


def test_a_folder_without_images_is_an_error(model: Path, tmp_path: Path) -> None:
    """Where nothing at all could be answered, the user hears what to choose instead."""
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "notes.txt").write_text("no image", encoding="utf-8")
    with pytest.raises(DataError, match="no image in empty") as raised:
        predict(model, [empty])
    assert "JPEG" in raised.value.hint
    with pytest.raises(DataError, match="No image was named"):
        predict(model, [])


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(8)), views=st.sampled_from([1, 8]))
def test_order_does_not_matter_and_the_same_image_twice_has_the_same_answer(
    model: Path, photos: list[Path], order: list[int], views: int
) -> None:
    """In any order, with one view or eight: the same logits but for rounding (1e-5), for a copy too."""
    forget_all()
    expected = {answer.path: answer.logits for answer in predict(model, photos[:8], views=views)}
    forget_all()
    copies = [photos[number] for number in order for _ in range(2)]
    answers = predict(model, copies, views=views)
    for first, second in zip(answers[::2], answers[1::2], strict=True):
        assert first.logits == pytest.approx(expected[first.path], abs=1e-5)
        assert first.logits == pytest.approx(second.logits, abs=1e-5)
        assert first.code == second.code


def test_eight_views_are_the_mean_of_their_logits(model: Path, photos: list[Path], tmp_path: Path) -> None:
    """Each view's own logits, averaged; the answer says how many views it is made of."""
    path = tmp_path / "square.png"
    with Image.open(photos[0]) as image:
        square = image.resize((32, 32))
    logits = []
    for number in range(8):
        Image.fromarray(turn(np.asarray(square)[None], number)[0]).save(path)
        logits.append(predict(model, [path])[0].logits)
    square.save(path)
    one, eight = predict(model, [path])[0], predict(model, [path], views=8)[0]
    assert (one.views, eight.views) == (1, 8)
    assert eight.logits == pytest.approx(np.mean(logits, axis=0).tolist(), abs=1e-5)
    assert eight.logits != pytest.approx(one.logits, abs=1e-3)
    with pytest.raises(ConfigError, match="views"):
        predict(model, [path], views=4)


def test_an_answer_is_remembered_by_content(
    model: Path, photos: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same file again, also elsewhere, needs neither decoder nor network; other views or another image do."""
    first, second = predict(model, photos[:2])
    copy = tmp_path / "copy of it.jpg"
    copy.write_bytes(photos[0].read_bytes())
    (eight,) = predict(model, [copy], views=8)
    monkeypatch.setattr(reading, "decode_image", None)
    monkeypatch.setattr(predictor, "compute_logits", None)
    again, elsewhere = predict(model, [photos[0], copy])
    assert again == first
    assert elsewhere == replace(first, path=copy)
    assert predict(model, [copy], views=8) == (eight,)
    copy.write_bytes(photos[1].read_bytes())
    assert predict(model, [copy]) == (replace(second, path=copy),)
    copy.write_bytes(photos[2].read_bytes())
    with pytest.raises(TypeError):
        predict(model, [copy])


def test_a_remembered_answer_knows_the_training_by_its_new_name(
    shared: tuple[Path, RunFolder], tmp_path: Path, photos: list[Path]
) -> None:
    """Whether an image was in the training is looked up for each file, and another model remembers for itself."""
    run = shared[1]
    foreign = tmp_path / "foreign.safetensors"
    save_model(foreign, make_network(), CARD, None)
    copy = tmp_path / "copy.jpg"
    copy.write_bytes(_image_of(run, "train").read_bytes())
    for _ in range(2):
        assert predict(run.final_model, [copy])[0].seen_in_training is True
        assert predict(foreign, [copy])[0].seen_in_training is None
        assert predict(run.final_model, [photos[0]])[0].seen_in_training is False


def test_images_of_one_lesion_get_one_more_answer(model: Path, photos: list[Path]) -> None:
    """By a table beside them: each image its own answer with the lesion's id, then one for the lesion, told as well."""
    rows = "".join(f"HAM_{number // 3},{path.stem},nv\n" for number, path in enumerate(photos[:6]))
    (photos[0].parent / "metadata.csv").write_text(f"lesion_id,image_id,dx\n{rows}")
    events: list[Prediction] = []
    chosen = [*photos[:4], photos[10]]
    answers = predict(
        model, chosen, on_event=lambda e: events.extend(e.predictions) if isinstance(e, PredictionsDone) else None
    )
    assert [answer.lesion_id for answer in answers] == ["HAM_0", "HAM_0", "HAM_0", "HAM_1", "", "HAM_0"]
    assert answers[-1].fused_from == tuple(photos[:3])
    assert tuple(events) == answers


def test_images_said_to_be_of_one_lesion_get_one_answer(model: Path, photos: list[Path], tmp_path: Path) -> None:
    """Without any table; what cannot be read takes no part, and one image alone has nothing to be fused with."""
    *single, fused = predict(model, [photos[0], tmp_path / "gone.jpg", photos[1]], as_one_lesion=True, views=8)
    assert len(single) == 3
    assert fused.fused_from == (photos[0], photos[1])
    assert (fused.views, fused.model_sha256) == (8, single[0].model_sha256)
    assert len(predict(model, [photos[0]], as_one_lesion=True)) == 1
