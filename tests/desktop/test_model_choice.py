"""What the line above the images says of the model in use."""

from dataclasses import replace

from desktop.widgets.model_choice import describe_model
from engine.results import HeldOut
from tests.desktop.samples import card


def test_what_it_reached_on_unseen_lesions_goes_first() -> None:
    """The validation part chose its best epoch; where its card holds figures of the test part, those are said."""
    plain = replace(card(), validation={"balanced_accuracy": 0.66})
    assert describe_model(plain) == f"Model: {plain.name}; balanced accuracy 0.66 on validation"
    held_out = HeldOut(n_images=9, n_lesions=9, openings=1, figures={"balanced_accuracy": (0.58, 0.5, 0.65)})
    said = describe_model(replace(plain, held_out=held_out), is_starter=True)
    assert said == f"Starter model: {plain.name}; balanced accuracy 0.58 on lesions that it never saw"


def test_an_interrupted_training_is_named() -> None:
    """Its model is the best so far, not the last word."""
    assert describe_model(replace(card(), is_finished=False)).endswith("; training was interrupted")
