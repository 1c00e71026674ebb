"""The engine of Lesion Lab: data, training, evaluation and prediction. It knows no window; importing it is cheap."""

__version__ = "0.1.0"
